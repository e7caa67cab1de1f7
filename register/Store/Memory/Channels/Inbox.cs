using Microservices.Contracts.Register;

namespace Microservices.Register.Store.Memory.Channels;

/// <summary>The log of a user, its readers and its dead letters. The caller holds the lock.</summary>
internal sealed class Inbox(string app, string user, LedgerRow ledger)
{
    private static readonly long KeepUnseenMicros = (long)Reader.KeepUnseen.TotalMicroseconds;

    private readonly Dictionary<string, InboxReader> _readers = [];

    public string App => app;

    public string User => user;

    public ChannelLog Log { get; } = new();

    public DeadLetterShelf DeadLetters { get; } = new();

    /// <summary>µs; null = not due.</summary>
    public long? DueAt { get; set; }

    public IEnumerable<InboxReader> Readers => _readers.Values;

    public bool IsEmpty(long now) => Log.Count == 0 && DeadLetters.Count == 0 && _readers.Values.All(reader => IsForgotten(reader, now));

    /// <summary>Null: it fits.</summary>
    public AppendState? Refuses(Append append, long nowMs)
    {
        if (IsFull(append) is not null)
        {
            RemoveExpired(nowMs);
        }

        return IsFull(append);
    }

    public LogEntry Append(Append append, long expiresMs, ulong newEpoch)
    {
        ledger.Accept();
        return Log.Add(append.Content, expiresMs, newEpoch);
    }

    public void RemoveExpired(long nowMs) => ledger.Expire(Log.RemoveExpired(nowMs));

    public Opened Open(Opening opening, PageLimits limits, long now)
    {
        var reader = Seen(opening.Reader.Device, now);
        reader.AllCursor ??= opening.AllHead;
        Trim(givenUp: null, now);
        var gaveUp = false;
        if (opening.IsAttempt && Log.FirstAfter(reader.Cursor, now / 1000) is { } first && !reader.TryAttempt(first.Position, opening, now))
        {
            gaveUp = true;
            DeadLetters.Add(user, reader, first, now);
            reader.Cursor = first.Position;
            Trim(first.Position, now);
            if (Log.FirstAfter(reader.Cursor, now / 1000) is { } next)
            {
                reader.TryAttempt(next.Position, opening, now);
            }
        }

        return new Opened(Log.Read(reader.Cursor, limits, now / 1000), reader.AllCursor.Value, gaveUp);
    }

    public AckOutcome Ack(Acknowledgement ack, long now)
    {
        if (!ack.All && ack.Position > Log.Head)
        {
            return AckOutcome.UnknownPosition;
        }

        var reader = Seen(ack.Reader.Device, now);
        var moved = ack.All ? reader.AllCursor is not { } cursor || ack.Position > cursor : ack.Position > reader.Cursor;
        if (moved && ack.All)
        {
            reader.AllCursor = ack.Position;
        }
        else if (moved)
        {
            reader.Cursor = ack.Position;
        }

        Trim(givenUp: null, now);
        return moved ? AckOutcome.Taken : AckOutcome.Unchanged;
    }

    public StoredInbox Inspect(long now) => new(
        Log.Head,
        Log.Count,
        Log.Bytes,
        [.. _readers.Values.Where(reader => !IsForgotten(reader, now)).Select(reader => new StoredReader(
            reader.Device,
            reader.Cursor,
            reader.SeenAt / 1000,
            Log.FirstAfter(reader.Cursor, now / 1000) is { } first ? reader.AttemptsOf(first.Position) : 0))]);

    private static bool IsForgotten(InboxReader reader, long now) => reader.SeenAt <= now - KeepUnseenMicros;

    private AppendState? IsFull(Append append)
    {
        if (Log.Count >= append.Rules.MaxMessages)
        {
            return AppendState.FullOfMessages;
        }

        return Log.Bytes + append.Content.Length > append.Rules.MaxBytes ? AppendState.FullOfBytes : null;
    }

    private InboxReader Seen(string device, long now)
    {
        foreach (var forgotten in _readers.Values.Where(other => IsForgotten(other, now)).ToArray())
        {
            _readers.Remove(forgotten.Device);
        }

        if (!_readers.TryGetValue(device, out var reader))
        {
            if (_readers.Count >= Reader.Most)
            {
                _readers.Remove(_readers.Values.MinBy(static other => other.SeenAt)!.Device);
            }

            _readers[device] = reader = new InboxReader(device);
        }

        reader.SeenAt = now;
        return reader;
    }

    private void Trim(LogPosition? givenUp, long now)
    {
        var lowest = _readers.Values.Min(static reader => reader.Cursor);
        ledger.Pass(Log.RemoveUpTo(lowest), givenUp, now / 1000);
    }
}
