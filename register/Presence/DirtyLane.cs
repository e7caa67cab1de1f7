using Microservices.Contracts;

namespace Microservices.Register.Presence;

/// <summary>Marks of the partitions of one worker: one flag each, so that a storm of changes takes no more memory than one change.</summary>
internal sealed class DirtyLane(int lane, int lanes) : IDisposable
{
    private readonly int[] _marked = new int[Partition.Count];
    private readonly SemaphoreSlim _wake = new(0, 1);
    private int _next;
    private int _count;

    public int Count => Volatile.Read(ref _count);

    public void Mark(int partition)
    {
        if (Interlocked.Exchange(ref _marked[partition], 1) == 1)
        {
            return;
        }

        Interlocked.Increment(ref _count);
        if (_wake.CurrentCount > 0)
        {
            return;
        }

        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // Another was faster.
        }
    }

    /// <summary>Takes the mark off one, in turn; -1: none has any. Called by the one worker.</summary>
    public int TryTake()
    {
        for (var looked = lane; Count > 0 && looked < Partition.Count; looked += lanes)
        {
            var partition = _next + lane < Partition.Count ? _next + lane : lane;
            _next = partition - lane + lanes;
            if (Interlocked.Exchange(ref _marked[partition], 0) == 1)
            {
                Interlocked.Decrement(ref _count);
                return partition;
            }
        }

        return -1;
    }

    /// <summary>Waits until a partition is marked, or the time is up; may return early.</summary>
    public Task WaitAsync(TimeSpan time, CancellationToken cancellationToken) => _wake.WaitAsync(time, cancellationToken);

    public void Dispose() => _wake.Dispose();
}
