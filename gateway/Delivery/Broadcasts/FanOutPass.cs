using Microservices.Gateway.Apps;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;

namespace Microservices.Gateway.Delivery.Broadcasts;

/// <summary>Takes one batch after the other to all sessions of an app. One pass at a time; its workers share the sessions by slices.</summary>
internal sealed class FanOutPass : IDisposable
{
    /// <summary>About 2 ms of sends: whatever else waits for the worker's thread gets its turn in between.</summary>
    public const int SliceSessions = 256;

    /// <summary>With fewer sessions for each, a further worker costs more than it brings.</summary>
    private const int SessionsPerWorker = 4 * SliceSessions;

    private readonly AppEntry _app;
    private readonly FanOutMetrics _counts;
    private readonly Func<FanOutWorker> _hire;
    private readonly FanOutWorker?[] _workers = new FanOutWorker?[Environment.ProcessorCount];
    private readonly ITimer _timer;
    private int _nextSlice;
    private int _running;

    public FanOutPass(AppEntry app, RoomState room, LeaseStanding standing, GatewayMetrics metrics, FanOutMetrics counts, TimeProvider time, ILogger logger)
    {
        (_app, _counts) = (app, counts);
        _hire = () => new FanOutWorker(this, room, standing, metrics, counts, logger);

        // It fires for as long as the app lives, in the context of nobody.
        using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
        {
            _timer = time.CreateTimer(static pass => ((FanOutPass)pass!).Begin(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The batch on its way.</summary>
    public BroadcastBatch Batch { get; private set; } = null!;

    /// <summary>Who is to be sent it.</summary>
    public ReadOnlyMemory<Session?> Sessions { get; private set; }

    /// <summary>The pass begins after so long.</summary>
    public void BeginIn(TimeSpan wait) => _timer.Change(wait, Timeout.InfiniteTimeSpan);

    /// <summary>Does the pass here and now, or what can be done of it: while the lease is in doubt the rest waits.</summary>
    public void Run()
    {
        if (TryPrepare())
        {
            _running = 1;
            (_workers[0] ??= _hire()).Run();
        }
    }

    /// <summary>The next slice; false when there is none.</summary>
    public bool TryTakeSlice(out int begin, out int end)
    {
        begin = (Interlocked.Increment(ref _nextSlice) - 1) * SliceSessions;
        end = Math.Min(begin + SliceSessions, Sessions.Length);
        return begin < end;
    }

    /// <summary>A worker has found no further slice.</summary>
    public void WorkerEnded()
    {
        if (Interlocked.Decrement(ref _running) == 0)
        {
            Sessions = default;
            Batch = null!;
            _counts.Passed();
            if (_app.Broadcasts.Left())
            {
                Begin();
            }
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Begin()
    {
        if (!TryPrepare())
        {
            return;
        }

        var workers = Math.Clamp((Sessions.Length + SessionsPerWorker - 1) / SessionsPerWorker, 1, _workers.Length);
        _running = workers;
        for (var i = 0; i < workers; i++)
        {
            (_workers[i] ??= _hire()).Queue();
        }
    }

    private bool TryPrepare()
    {
        if (_app.Broadcasts.TryLeave() is not { } batch)
        {
            return false;
        }

        Batch = batch;
        Sessions = _app.Sessions.Snapshot;
        _nextSlice = 0;
        return true;
    }
}
