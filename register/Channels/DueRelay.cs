using Microservices.Bus;
using Microservices.Contracts;
using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Channels;

/// <summary>
/// Finds inboxes that nobody has acknowledged in time, and nudges the rooms that hold their users: what the bus lost, or a center that died
/// between append and publish never sent. It looks where this register knows of something, and slowly at all partitions, for what another left.
/// While the bus is away they stay due.
/// </summary>
internal sealed class DueRelay(
    IChannelStore store,
    DueTimes times,
    Nudges nudges,
    IBus bus,
    IOptions<ChannelsOptions> options,
    IOptions<RoomsOptions> rooms,
    ChannelMetrics metrics,
    TimeProvider time,
    ILogger<DueRelay> logger)
    : BackgroundService
{
    private static readonly TimeSpan LongestTick = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(1);

    private readonly ChannelsOptions _options = options.Value;
    private readonly TimeSpan _sweepEvery = options.Value.SweepEvery ?? rooms.Value.LeaseTime;

    // Not all registers at the same place.
    private int _sweepNext = Random.Shared.Next(Partition.Count);
    private long _sweptAt;

    /// <summary>Looks at what is to be looked at now.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (!bus.IsConnected)
        {
            return;
        }

        foreach (var partitions in times.TakeReady().Union(ToSweep()).Chunk(_options.PartitionsAtOnce))
        {
            var started = time.GetTimestamp();
            var due = await Task.WhenAll(partitions.Select(partition => TakeAsync(partition, cancellationToken)));
            DueInbox[] held = [.. due.SelectMany(static taken => taken).Where(static inbox => inbox.Sessions.Count > 0)];
            if (held.Length > 0)
            {
                await nudges.SendAsync(held, cancellationToken);
                await PaceAsync(held.Length, time.GetElapsedTime(started), cancellationToken);
            }
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _sweptAt = time.GetTimestamp();
        var tick = _options.LookEvery / 2 < LongestTick ? _options.LookEvery / 2 : LongestTick;
        return BackgroundLoop.RunAsync(LookAsync, stop => Task.Delay(tick, time, stop), logger, stoppingToken);
    }

    private async Task<IReadOnlyList<DueInbox>> TakeAsync(int partition, CancellationToken cancellationToken)
    {
        try
        {
            var due = await store.TakeDueAsync(partition, _options.Batch, _options.NudgeAgain, cancellationToken);
            metrics.Due(due.Count);
            // Fewer than asked for may be told although more are due: those that held what had expired only.
            if (due.Count > 0)
            {
                times.Note(partition, TimeSpan.Zero);
            }

            if (due.Any(static inbox => inbox.Sessions.Count > 0))
            {
                times.Note(partition, _options.NudgeAgain);
            }

            return due;
        }
        catch (StoreUnavailableException)
        {
            // Of a cluster it may be one part of several.
            times.Note(partition, _options.LookEvery);
            return [];
        }
    }

    /// <summary>As many of all partitions as the time since the last look is worth.</summary>
    private List<int> ToSweep()
    {
        var owed = (int)Math.Min(Partition.Count, time.GetElapsedTime(_sweptAt) / _sweepEvery * Partition.Count);
        if (owed > 0)
        {
            _sweptAt = time.GetTimestamp();
        }

        List<int> partitions = [];
        for (; owed > 0; owed--)
        {
            partitions.Add(_sweepNext);
            _sweepNext = (_sweepNext + 1) % Partition.Count;
        }

        return partitions;
    }

    private Task PaceAsync(int nudged, TimeSpan took, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromSeconds((double)nudged / _options.NudgesPerSecond) - took;
        return Task.Delay(pause > LeastPause ? pause : LeastPause, time, cancellationToken);
    }
}
