namespace Microservices.Register.Store.Memory.Channels;

/// <summary>The dead letters of a user, numbered as they come. The caller holds the lock.</summary>
internal sealed class DeadLetterShelf
{
    private readonly Queue<(ulong Number, StoredDeadLetter Letter)> _letters = new();
    private ulong _last;

    public int Count => _letters.Count;

    public void Add(string user, InboxReader reader, LogEntry entry, long now)
    {
        _letters.Enqueue((++_last, new StoredDeadLetter(
            user, reader.Device, entry.ToStored(), StoredDeadLetter.NotAcknowledged, reader.AttemptsOf(entry.Position), now / 1000)));
        if (_letters.Count > StoredDeadLetter.Most)
        {
            _letters.Dequeue();
        }
    }

    /// <summary>Forgets what has been kept for long enough.</summary>
    public void Forget(long nowMs)
    {
        while (_letters.TryPeek(out var oldest) && oldest.Letter.DiedUnixMs <= nowMs - (long)StoredDeadLetter.Keep.TotalMilliseconds)
        {
            _letters.Dequeue();
        }
    }

    public IEnumerable<(ulong Number, StoredDeadLetter Letter)> After(ulong number) => _letters.SkipWhile(entry => entry.Number <= number);
}
