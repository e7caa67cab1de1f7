namespace Microservices.Gateway.Delivery.Broadcasts;

/// <summary>
/// The broadcasts of one app that not all of its sessions have been sent, in two batches: one that is on its way to all, and one that gathers what
/// comes meanwhile. Each broadcast has a number; a session knows the first that it lacks. Thread-safe.
/// </summary>
internal sealed class AppBroadcasts
{
    private readonly Lock _sync = new();
    private BroadcastBatch? _spare;
    private BroadcastBatch? _open;
    private BroadcastBatch? _leaving;
    private TaskCompletionSource? _room;
    private long _end;
    private long _left;
    private int _readers;
    private bool _isDue;

    /// <summary>The number that the next broadcast gets.</summary>
    public long End => Volatile.Read(ref _end);

    /// <summary>Some sessions lack some broadcasts.</summary>
    public bool IsPending => Volatile.Read(ref _left) < End;

    /// <summary>Adds a broadcast.</summary>
    /// <param name="create">Makes a batch.</param>
    /// <param name="isDue">True: <see cref="TryLeave"/> is to be called, now or soon.</param>
    /// <returns>Null; or too much waits, and it is to be added when the task has completed.</returns>
    public Task? Add(string id, Contracts.Bus.Delivery delivery, Func<BroadcastBatch> create, out bool isDue)
    {
        lock (_sync)
        {
            isDue = false;
            if (_open is null)
            {
                (_open, _spare) = (_spare ?? create(), null);
                _open.Begin(_end);
            }

            if (!_open.TryAdd(id, delivery))
            {
                return (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            Volatile.Write(ref _end, _open.End);
            isDue = _leaving is null && !_isDue;
            _isDue |= isDue;
            return null;
        }
    }

    /// <summary>The batch that has gathered leaves; null when none has, or another is still leaving.</summary>
    public BroadcastBatch? TryLeave()
    {
        lock (_sync)
        {
            _isDue = false;
            if (_leaving is not null || _open is null)
            {
                return null;
            }

            (_leaving, _open) = (_open, null);
            _room?.SetResult();
            _room = null;
            return _leaving;
        }
    }

    /// <summary>All sessions have been sent the batch that was leaving.</summary>
    /// <returns>True: there is another; <see cref="TryLeave"/> is to be called.</returns>
    public bool Left()
    {
        lock (_sync)
        {
            Volatile.Write(ref _left, _leaving!.End);

            // Where it is still read, it is left to the collector.
            if (_readers == 0)
            {
                _leaving.Clear();
                _spare = _leaving;
            }

            _leaving = null;
            _isDue = _open is not null;
            return _isDue;
        }
    }

    /// <summary>The batches as they are, the earlier one first, either may be null. They are not used again before <see cref="EndRead"/>.</summary>
    public (BroadcastBatch? Leaving, BroadcastBatch? Open) BeginRead()
    {
        lock (_sync)
        {
            _readers++;
            return (_leaving, _open);
        }
    }

    public void EndRead()
    {
        lock (_sync)
        {
            _readers--;
        }
    }
}
