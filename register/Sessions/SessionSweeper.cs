using Microservices.Contracts;
using Microservices.Register.Presence;
using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Sessions;

/// <summary>
/// Ends the stored sessions of dead rooms, at a rate, and so turns them into events. They don't count before that either. A dead room is held by
/// one sweeper at a time; two that sweep the same one do no harm, because a session is ended only if it is still that room's.
/// </summary>
internal sealed class SessionSweeper(
    IRoomStore rooms,
    ISessionStore sessions,
    LiveRooms live,
    IPresenceSignal signal,
    IOptions<RoomsOptions> options,
    IOptions<PresenceOptions> presence,
    RegisterMetrics metrics,
    TimeProvider time,
    ILogger<SessionSweeper> logger)
    : BackgroundService
{
    private const int PartitionsAtOnce = 32;
    private const int SessionsAtOnce = 100;
    private const int Unavailable = -1;
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(2);

    private readonly string _name = Guid.NewGuid().ToString("N");
    private readonly TimeSpan _hold = presence.Value.Hold;
    private RoomView _seen = live.Latest;
    private long _heldAt;

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        BackgroundLoop.RunAsync(SweepAsync, WaitAsync, logger, stoppingToken);

    /// <summary>Until a room leaves the list, or a lease time: another register may have left one half swept.</summary>
    private async Task WaitAsync(CancellationToken stop)
    {
        using var timeout = new CancellationTokenSource(options.Value.LeaseTime, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stop);
        bool isGone;
        do
        {
            var view = await live.WaitForChangeAsync(_seen, either.Token);
            isGone = _seen.List.Rooms.Any(room => !view.IsLive(room.Incarnation));
            _seen = view;
        }
        while (!isGone);
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        while (await rooms.TakeDeadAsync(_name, _hold, cancellationToken) is var incarnation and not 0)
        {
            _heldAt = time.GetTimestamp();
            var (swept, isWhole) = await SweepAsync(incarnation, cancellationToken);
            if (isWhole)
            {
                // A register that had not heard of its death may have stored a claim of it behind the sweep: it is swept once more, later.
                var isForgotten = await rooms.ForgetDeadAsync(incarnation, options.Value.LeaseTime, cancellationToken);
                if (swept > 0 || !isForgotten)
                {
                    Log.RoomSwept(logger, incarnation, swept);
                }
            }
            else
            {
                // It stays on the list of the dead, and is taken again when the hold is over.
                Log.RoomSweptInPart(logger, incarnation, swept);
            }
        }
    }

    private async Task<(int Swept, bool IsWhole)> SweepAsync(ulong incarnation, CancellationToken cancellationToken)
    {
        var (total, isWhole) = (0, true);
        foreach (var chunk in Enumerable.Range(0, Partition.Count).Chunk(PartitionsAtOnce))
        {
            var partitions = chunk;
            while (partitions.Length > 0)
            {
                if (!await HoldAsync(incarnation, cancellationToken))
                {
                    return (total, false);
                }

                var started = time.GetTimestamp();
                var swept = await Task.WhenAll(partitions.Select(partition => TrySweepAsync(incarnation, partition, cancellationToken)));
                isWhole &= !swept.Contains(Unavailable);
                if (Array.TrueForAll(swept, static count => count == Unavailable))
                {
                    return (total, false);
                }

                var ended = swept.Where(static count => count > 0).Sum();
                total += ended;
                metrics.Swept(ended);
                partitions = [.. partitions.Where((_, i) => swept[i] == SessionsAtOnce)];
                await PaceAsync(ended, time.GetElapsedTime(started), cancellationToken);
            }
        }

        return (total, isWhole);
    }

    private async Task<int> TrySweepAsync(ulong incarnation, int partition, CancellationToken cancellationToken)
    {
        try
        {
            var swept = await sessions.SweepAsync(incarnation, partition, SessionsAtOnce, cancellationToken);
            if (swept > 0)
            {
                signal.Dirty(partition);
            }

            return swept;
        }
        catch (StoreUnavailableException)
        {
            return Unavailable;
        }
    }

    private async Task<bool> HoldAsync(ulong incarnation, CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(_heldAt) < _hold / 3)
        {
            return true;
        }

        _heldAt = time.GetTimestamp();
        return await rooms.HoldDeadAsync(incarnation, _name, _hold, cancellationToken);
    }

    private Task PaceAsync(int ended, TimeSpan took, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromSeconds((double)ended / presence.Value.SweptPerSecond) - took;
        return Task.Delay(pause > LeastPause ? pause : LeastPause, time, cancellationToken);
    }
}
