using System.Collections.Concurrent;

namespace Microservices.Gateway.Transport;

/// <summary>What all outboxes of a gateway share: the limit, the clock, the backlogs that are not in use.</summary>
/// <param name="maxPendingBytes">The most that may wait on one connection.</param>
/// <param name="nowMs">A monotonic clock, ms.</param>
internal sealed class OutboxParts(int maxPendingBytes, Func<long> nowMs)
{
    /// <summary>A backlog is some hundred bytes; keeping a thousand spares a storm of slow readers the allocation.</summary>
    private const int MaxIdleBacklogs = 1024;

    private readonly ConcurrentQueue<Backlog> _idle = new();
    private long _pendingBytes;
    private int _backlogs;

    public int MaxPendingBytes => maxPendingBytes;

    public long NowMs => nowMs();

    /// <summary>Bytes that wait on all connections.</summary>
    public long PendingBytes => Interlocked.Read(ref _pendingBytes);

    /// <summary>Connections on which bytes wait.</summary>
    public int Backlogs => Volatile.Read(ref _backlogs);

    public Backlog Rent(Outbox owner)
    {
        Interlocked.Increment(ref _backlogs);
        var backlog = _idle.TryDequeue(out var idle) ? idle : new Backlog();
        backlog.Begin(owner, NowMs);
        return backlog;
    }

    public void Return(Backlog backlog)
    {
        Interlocked.Decrement(ref _backlogs);
        AddPending(-backlog.PendingBytes);
        backlog.Reset();
        if (_idle.Count < MaxIdleBacklogs)
        {
            _idle.Enqueue(backlog);
        }
        else
        {
            backlog.Dispose();
        }
    }

    public void AddPending(int bytes) => Interlocked.Add(ref _pendingBytes, bytes);
}
