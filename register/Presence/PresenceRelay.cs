using Microservices.Bus;
using Microservices.Register.Rooms;
using Microservices.Register.Store;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Presence;

/// <summary>
/// Brings presence events from the outboxes of the partitions to the bus: at once those of partitions that this register changed, and each
/// lease time whatever another register left behind. Any register relays any partition, one at a time by its hold.
/// </summary>
internal sealed class PresenceRelay : BackgroundService
{
    private readonly DirtyPartitions _dirty;
    private readonly IEventOutbox _outbox;
    private readonly RelayWorker[] _workers;
    private readonly TimeSpan _lookEvery;
    private readonly TimeProvider _time;
    private readonly ILogger<PresenceRelay> _logger;

    public PresenceRelay(
        DirtyPartitions dirty,
        IEventOutbox outbox,
        IBus bus,
        LiveRooms live,
        IOptions<PresenceOptions> options,
        IOptions<RoomsOptions> rooms,
        RegisterMetrics metrics,
        TimeProvider time,
        ILogger<PresenceRelay> logger)
    {
        _dirty = dirty;
        _outbox = outbox;
        _lookEvery = rooms.Value.LeaseTime;
        _time = time;
        _logger = logger;
        var relay = new OutboxRelay(outbox, bus, live, options.Value, metrics, time);
        _workers = [.. dirty.Lanes.Select(lane => new RelayWorker(lane, relay, bus, options.Value, time, logger))];
        metrics.ObservePresence(() => _dirty.Count + _workers.Sum(static worker => worker.Failed), LongestWait);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var running = _workers.Select(worker => Task.Run(() => worker.RunAsync(stoppingToken), CancellationToken.None))
            .Append(BackgroundLoop.RunAsync(LookAsync, PauseAsync, _logger, stoppingToken));
        try
        {
            await Task.WhenAll(running);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service stops.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var partition in await _outbox.PendingAsync(cancellationToken))
        {
            _dirty.Dirty(partition);
        }
    }

    // Not all registers at the same moment.
    private Task PauseAsync(CancellationToken stop) => Task.Delay(_lookEvery * (0.75 + (Random.Shared.NextDouble() / 2)), _time, stop);

    private double LongestWait()
    {
        var oldest = _workers.Select(static worker => worker.WaitingSince).Where(static since => since > 0).DefaultIfEmpty(0).Min();
        return oldest == 0 ? 0 : Math.Max(0, (_time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(oldest)).TotalSeconds);
    }
}
