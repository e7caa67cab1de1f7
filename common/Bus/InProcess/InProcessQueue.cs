using Google.Protobuf;

namespace Microservices.Bus.InProcess;

/// <summary>
/// A queue bounded in count and bytes. Messages that were taken are gone when they are finished; those that aren't come back to its
/// front, in their order. Safe for many writers and one reader at a time.
/// </summary>
internal sealed class InProcessQueue<T>(int maxMessages, long maxBytes)
    where T : class, IMessage<T>
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(T Message, int Bytes)> _messages = [];
    private readonly List<(T Message, int Bytes)> _taken = [];
    private readonly Arrival _arrived = new();
    private long _bytes;
    private bool _hasDropped;

    /// <summary>Adds a message unless the queue is full.</summary>
    public bool TryAdd(T message)
    {
        var bytes = message.CalculateSize();
        lock (_lock)
        {
            if (IsFull(bytes))
            {
                return false;
            }

            Append(message, bytes);
            return true;
        }
    }

    /// <summary>Adds a message; a full queue drops its oldest. Returns how many were dropped; one that is too large for the queue drops itself.</summary>
    public int AddDroppingOldest(T message)
    {
        var bytes = message.CalculateSize();
        var dropped = 0;
        lock (_lock)
        {
            while (_messages.First is { } oldest && IsFull(bytes))
            {
                _messages.RemoveFirst();
                _bytes -= oldest.Value.Bytes;
                dropped++;
            }

            if (bytes > maxBytes)
            {
                dropped++;
                _hasDropped = true;
                _arrived.Signal();
                return dropped;
            }

            _hasDropped |= dropped > 0;

            Append(message, bytes);
            return dropped;
        }
    }

    /// <summary>Waits for messages and takes up to <paramref name="most"/> of them; none when all that came were dropped.</summary>
    /// <returns>True when some were dropped since the last take.</returns>
    public async ValueTask<bool> TakeAsync(List<T> batch, int most, CancellationToken cancellationToken)
    {
        bool hasDropped;
        while (!TryTake(batch, most, out hasDropped))
        {
            await _arrived.WaitAsync(cancellationToken);
        }

        return hasDropped;
    }

    /// <summary>The first <paramref name="finished"/> of the messages that were taken are done; the others come back.</summary>
    public void Settle(int finished)
    {
        lock (_lock)
        {
            for (var i = _taken.Count - 1; i >= finished; i--)
            {
                _messages.AddFirst(_taken[i]);
                _bytes += _taken[i].Bytes;
            }

            _taken.Clear();
        }
    }

    private bool TryTake(List<T> batch, int most, out bool hasDropped)
    {
        lock (_lock)
        {
            (hasDropped, _hasDropped) = (_hasDropped, false);
            while (_taken.Count < most && _messages.First is { } first)
            {
                _messages.RemoveFirst();
                _bytes -= first.Value.Bytes;
                _taken.Add(first.Value);
                batch.Add(first.Value.Message);
            }

            return hasDropped || _taken.Count > 0;
        }
    }

    private bool IsFull(int bytes) => _messages.Count >= maxMessages || _bytes + bytes > maxBytes;

    private void Append(T message, int bytes)
    {
        _messages.AddLast((message, bytes));
        _bytes += bytes;
        _arrived.Signal();
    }
}
