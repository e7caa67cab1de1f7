namespace Microservices.Bus.RabbitMq;

/// <summary>Messages that wait to be sent, in the order of the calls, and the deadlines of all that are on their way.</summary>
internal sealed class PublishQueue(int maxMessages, long maxBytes, TimeSpan timeout, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Queue<PendingPublish> _waiting = new();
    private readonly Queue<PendingPublish> _byDeadline = new();
    private readonly Arrival _arrived = new();
    private long _waitingBytes;
    private volatile bool _closed;

    /// <summary>True after <see cref="Close"/>.</summary>
    public bool IsClosed => _closed;

    /// <summary>False: full, or closed.</summary>
    public bool TryAdd(PendingPublish pending)
    {
        lock (_lock)
        {
            if (_closed || _waiting.Count >= maxMessages || _waitingBytes + pending.Bytes > maxBytes)
            {
                return false;
            }

            _waiting.Enqueue(pending);
            _byDeadline.Enqueue(pending);
            _waitingBytes += pending.Bytes;
            _arrived.Signal();

            return true;
        }
    }

    /// <summary>The next that somebody still waits for.</summary>
    public async ValueTask<PendingPublish> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_lock)
            {
                while (_waiting.TryDequeue(out var next))
                {
                    _waitingBytes -= next.Bytes;
                    if (!next.IsSettled)
                    {
                        return next;
                    }
                }
            }

            await _arrived.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Settles what is past its deadline. All have the same timeout, so that the first are due first.</summary>
    /// <returns>True while something is on its way.</returns>
    public bool Expire()
    {
        lock (_lock)
        {
            while (_byDeadline.TryPeek(out var first) && (first.IsSettled || time.GetElapsedTime(first.Started) >= timeout))
            {
                first.Settle(PublishOutcome.Unavailable);
                _byDeadline.Dequeue();
            }

            while (_waiting.TryPeek(out var first) && first.IsSettled)
            {
                _waitingBytes -= first.Bytes;
                _waiting.Dequeue();
            }

            return _byDeadline.Count > 0;
        }
    }

    /// <summary>Takes no more.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
        }
    }
}
