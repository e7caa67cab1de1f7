namespace Microservices.Center.Sharing;

/// <summary>
/// Lets work that comes at the same time share calls. With nothing under way a call begins at once; while the most are under way, what comes waits,
/// bounded, and the next call takes all that waits: the busier it is, the less a piece of work costs.
/// </summary>
/// <param name="call">Makes one call and settles its work. What it throws is the answer to all of it.</param>
internal sealed class SharedCalls<TWork>(Func<IReadOnlyList<TWork>, Task> call, SharingLimits limits)
    where TWork : class, ISharedWork
{
    private readonly Lock _lock = new();
    private readonly Queue<TWork> _waiting = new();
    private int _underWay;
    private int _waitingItems;
    private long _waitingBytes;

    /// <summary>Items that no call has taken yet.</summary>
    public int Waiting => Volatile.Read(ref _waitingItems);

    /// <summary>Takes all of the work, or, if that is more than may wait, nothing. Never waits.</summary>
    public bool TryAdd(params ReadOnlySpan<TWork> work)
    {
        var (items, bytes) = (0, 0L);
        foreach (var one in work)
        {
            (items, bytes) = (items + one.Items, bytes + one.Bytes);
        }

        int begin;
        lock (_lock)
        {
            // With nobody before it, it finds out whether register answers, however large it is.
            if (_waiting.Count > 0 && (_waitingItems + items > limits.MaxWaitingItems || _waitingBytes + bytes > limits.MaxWaitingBytes))
            {
                return false;
            }

            foreach (var one in work)
            {
                _waiting.Enqueue(one);
            }

            _waitingItems += items;
            _waitingBytes += bytes;
            begin = Math.Min(work.Length, limits.MaxCalls - _underWay);
            _underWay += begin;
        }

        for (; begin > 0; begin--)
        {
            // It ends when nothing waits, and everything that it took is settled then: who waits for the work waits for it.
            _ = WorkAsync();
        }

        return true;
    }

    private async Task WorkAsync()
    {
        // Behind what the process has in hand already, which may bring more for this call.
        await Task.Yield();
        while (Take() is { } batch)
        {
            try
            {
                await call(batch);
            }
            catch (Exception fault)
            {
                foreach (var one in batch)
                {
                    one.Fail(fault);
                }
            }
        }
    }

    /// <summary>The work of the next call; null = nothing waits, and one call less is under way.</summary>
    private List<TWork>? Take()
    {
        lock (_lock)
        {
            List<TWork>? batch = null;
            var (items, bytes) = (0, 0L);
            while (_waiting.TryPeek(out var next))
            {
                if (!next.IsAbandoned && batch is not null && (items + next.Items > limits.MaxItems || bytes + next.Bytes > limits.MaxBytes))
                {
                    break;
                }

                _waiting.Dequeue();
                _waitingItems -= next.Items;
                _waitingBytes -= next.Bytes;
                if (next.IsAbandoned)
                {
                    next.Abandon();
                    continue;
                }

                (batch ??= []).Add(next);
                (items, bytes) = (items + next.Items, bytes + next.Bytes);
            }

            if (batch is null)
            {
                _underWay--;
            }

            return batch;
        }
    }
}
