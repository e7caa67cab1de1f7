using Microservices.Contracts.Register;
using Microservices.Register.Store.Memory;

namespace Microservices.Register.Store.Sqlite;

/// <summary>What a store of channels does, within one transaction, with the same rules as the scripts of Redis.</summary>
internal sealed class ChannelSteps(Statements sql, MemorySessionStore sessions)
{
    private const long ForgetKeysEveryMicros = 60_000_000;
    private const long ForgetInboxesEveryMicros = 3_600_000_000;

    private readonly LogTable _logs = new(sql);
    private readonly ReaderTable _readers = new(sql);
    private readonly KeyTable _keys = new(sql);
    private readonly DeadLetterTable _dead = new(sql);
    private readonly LedgerTable _ledger = new(sql);
    private readonly EpochTable _epochs = new(sql);
    private long _forgotKeysAt;
    private long _forgotInboxesAt;

    public void Start(long now) => _epochs.Start(now);

    public AppendOutcome Append(Append append, long now)
    {
        var log = _logs.FindOrMake(append.App, append.User);
        if (_keys.Find(log, append, now) is { } known)
        {
            return known.State == AppendState.Repeated ? known with { Done = !_logs.IsWaiting(log, known.Position, now / 1000) } : known;
        }

        if (Refuses(log, append, now / 1000) is { } refusal)
        {
            return AppendOutcome.Refused(refusal, append.MessageId);
        }

        var (position, expiresMs) = (_epochs.Next(log, now), append.ExpiresMs(now));
        _logs.Add(log, position, append.Content, expiresMs);
        if (log.Partition >= 0)
        {
            log.DueAt = Math.Min(log.DueAt ?? long.MaxValue, now + (long)append.Rules.AckTimeout.TotalMicroseconds);
        }

        _logs.Save(log);
        _keys.Keep(log, append, position, expiresMs, now);
        _ledger.Count(log, accepted: 1);
        return AppendOutcome.Appended(append, position, expiresMs);
    }

    public Opened Open(Opening opening, PageLimits limits, long now)
    {
        var log = _logs.FindOrMake(opening.Reader.App, opening.Reader.User);
        var reader = _readers.See(log, opening.Reader.Device, now);
        reader.AllCursor ??= opening.AllHead;
        LogPosition? givenUp = null;
        if (opening.IsAttempt && _logs.FirstAfter(log, reader.Cursor, now / 1000) is { } first && !reader.TryAttempt(first.Position, opening, now))
        {
            _dead.Add(log, reader, first, now);
            givenUp = reader.Cursor = first.Position;
            if (_logs.FirstAfter(log, reader.Cursor, now / 1000) is { } next)
            {
                reader.TryAttempt(next.Position, opening, now);
            }
        }

        _readers.Save(log, reader);
        Trim(log, givenUp, now);
        return new Opened(_logs.Read(log, reader.Cursor, limits, now / 1000), reader.AllCursor.Value, GaveUp: givenUp is not null);
    }

    public LogPage Read(LogRead read, PageLimits limits, long now) => _logs.Find(read.App, read.User) is { } log
        ? _logs.Read(log, read.After, limits, now / 1000)
        : new LogPage([], read.After, read.After, LogPosition.Start);

    public AckOutcome Ack(Acknowledgement ack, long now)
    {
        var log = _logs.Find(ack.Reader.App, ack.Reader.User);
        if (!ack.All && ack.Position > (log?.Head ?? LogPosition.Start))
        {
            return AckOutcome.UnknownPosition;
        }

        log ??= _logs.FindOrMake(ack.Reader.App, ack.Reader.User);
        var reader = _readers.See(log, ack.Reader.Device, now);
        var moved = ack.All ? reader.AllCursor is not { } cursor || ack.Position > cursor : ack.Position > reader.Cursor;
        if (moved && ack.All)
        {
            reader.AllCursor = ack.Position;
        }
        else if (moved)
        {
            reader.Cursor = ack.Position;
        }

        _readers.Save(log, reader);
        Trim(log, givenUp: null, now);
        return moved ? AckOutcome.Taken : AckOutcome.Unchanged;
    }

    public Dictionary<string, LogPosition> Heads() => _logs.Heads().ToDictionary();

    public IReadOnlyList<DueInbox> TakeDue(int partition, int limit, TimeSpan again, long now)
    {
        Forget(now);
        List<DueInbox> taken = [];
        foreach (var log in _logs.Due(partition, now, limit))
        {
            RemoveExpired(log, now / 1000);
            if (log.Count > 0)
            {
                var stored = sessions.StoredOf(log.App, log.User);
                log.DueAt = stored.Count > 0 ? now + (long)again.TotalMicroseconds : _logs.FirstExpiryMs(log) * 1000;
                taken.Add(new DueInbox(log.App, log.User, log.Head, stored));
            }

            _logs.Save(log);
        }

        return taken;
    }

    public StoredInbox Inspect(string app, string user, long now) => _logs.Find(app, user) is { } log
        ? new StoredInbox(
            log.Head,
            (int)log.Count,
            log.Bytes,
            [.. _readers.Known(log, now).Select(reader => new StoredReader(
                reader.Device,
                reader.Cursor,
                reader.SeenAt / 1000,
                _logs.FirstAfter(log, reader.Cursor, now / 1000) is { } first ? reader.AttemptsOf(first.Position) : 0))])
        : new StoredInbox(LogPosition.Start, 0, 0, []);

    public DeadLetterPage DeadLetters(string app, string? user, DeadLetterCursor after, int limit)
    {
        if (user is null)
        {
            return _dead.OfPartition(app, after, limit);
        }

        return _logs.Find(app, user) is { } log ? _dead.OfUser(log, after, limit) : new DeadLetterPage([], null);
    }

    public LedgerCounts Ledger(string app, int partition, bool measure) => _ledger.Read(app, partition, measure ? _logs.Measure(app, partition) : null);

    /// <summary>Null: there is room for it, made if need be.</summary>
    private AppendState? Refuses(LogRow log, Append append, long nowMs)
    {
        if (Full(log, append) is not null)
        {
            RemoveExpired(log, nowMs);
            while (log.Partition < 0 && log.Count > 0 && Full(log, append) is not null)
            {
                _logs.RemoveOldest(log);
            }

            _logs.Save(log);
        }

        return log.Partition < 0 ? null : Full(log, append);
    }

    private static AppendState? Full(LogRow log, Append append)
    {
        if (log.Count >= append.Rules.MaxMessages)
        {
            return AppendState.FullOfMessages;
        }

        return log.Bytes + append.Content.Length > append.Rules.MaxBytes ? AppendState.FullOfBytes : null;
    }

    private void RemoveExpired(LogRow log, long nowMs) => _ledger.Count(log, expired: _logs.RemoveExpired(log, nowMs));

    /// <summary>What all readers have passed leaves the log.</summary>
    private void Trim(LogRow log, LogPosition? givenUp, long now)
    {
        if (log.Count == 0)
        {
            return;
        }

        var lowest = _readers.Lowest(log);
        var (count, expired) = _logs.RemoveUpTo(log, lowest, now / 1000);
        if (count > 0)
        {
            var dead = givenUp <= lowest ? 1 : 0;
            _ledger.Count(log, acknowledged: count - expired - dead, expired: expired, dead: dead);
            _logs.Save(log);
        }
    }

    /// <summary>Now and then, forgets what has been kept for long enough.</summary>
    private void Forget(long now)
    {
        if (now >= _forgotKeysAt + ForgetKeysEveryMicros)
        {
            _forgotKeysAt = now;
            _keys.Forget(now);
        }

        if (now >= _forgotInboxesAt + ForgetInboxesEveryMicros)
        {
            _forgotInboxesAt = now;
            _dead.Forget(now);
            _epochs.Forgot(_logs.Forget(ReaderTable.UnseenSince(now)));
        }
    }
}
