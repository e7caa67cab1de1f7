using Microservices.Contracts.Register;

namespace Microservices.Register.Store.Memory.Channels;

/// <summary>The inboxes of one partition, with the same rules as the scripts of Redis. Its lock is taken before that of the partition's sessions.</summary>
internal sealed class ChannelPartition(int number, MemorySessionStore sessions)
{
    private const long SweepEveryMicros = 3_600_000_000;

    private readonly Lock _sync = new();
    private readonly SortedDictionary<(string App, string User), Inbox> _inboxes = new(UserOrder.Instance);
    private readonly SortedSet<(long At, string App, string User)> _due = [];
    private readonly Dictionary<string, LedgerRow> _ledgers = [];
    private readonly MessageKeys _keys = new();
    private long _sweptAt;

    // Above every epoch of a forgotten inbox: a new one of its name doesn't repeat positions, even if the clock goes back.
    private ulong _lowestEpoch;

    public AppendOutcome Append(Append append, long now)
    {
        lock (_sync)
        {
            var outcome = Keep(append, now);
            return outcome.State is AppendState.Appended or AppendState.Repeated
                ? outcome with { Sessions = sessions.StoredOf(append.App, append.User) }
                : outcome;
        }
    }

    public Opened Open(Opening opening, PageLimits limits, long now)
    {
        lock (_sync)
        {
            var inbox = InboxOf(opening.Reader.App, opening.Reader.User);
            var opened = inbox.Open(opening, limits, now);
            SettleDue(inbox);
            return opened;
        }
    }

    public LogPage Read(LogRead read, PageLimits limits, long now)
    {
        lock (_sync)
        {
            return _inboxes.TryGetValue((read.App, read.User), out var inbox)
                ? inbox.Log.Read(read.After, limits, now / 1000)
                : new LogPage([], read.After, read.After, LogPosition.Start);
        }
    }

    public AckOutcome Ack(Acknowledgement ack, long now)
    {
        lock (_sync)
        {
            if (!_inboxes.ContainsKey((ack.Reader.App, ack.Reader.User)) && !ack.All && ack.Position > LogPosition.Start)
            {
                return AckOutcome.UnknownPosition;
            }

            var inbox = InboxOf(ack.Reader.App, ack.Reader.User);
            var outcome = inbox.Ack(ack, now);
            SettleDue(inbox);
            return outcome;
        }
    }

    public IReadOnlyList<DueInbox> TakeDue(int limit, TimeSpan again, long now)
    {
        lock (_sync)
        {
            Sweep(now);
            List<DueInbox> taken = [];
            foreach (var (_, app, user) in _due.TakeWhile(due => due.At <= now).Take(limit).ToArray())
            {
                var inbox = _inboxes[(app, user)];
                inbox.RemoveExpired(now / 1000);
                SettleDue(inbox);
                if (inbox.Log.Count == 0)
                {
                    continue;
                }

                var stored = sessions.StoredOf(app, user);
                SetDue(inbox, stored.Count > 0 ? now + (long)again.TotalMicroseconds : inbox.Log.FirstExpiryMs * 1000);
                taken.Add(new DueInbox(app, user, inbox.Log.Head, stored));
            }

            return taken;
        }
    }

    public StoredInbox Inspect(string app, string user, long now)
    {
        lock (_sync)
        {
            return _inboxes.TryGetValue((app, user), out var inbox) ? inbox.Inspect(now) : new StoredInbox(LogPosition.Start, 0, 0, []);
        }
    }

    public DeadLetterPage DeadLetters(string app, string? user, DeadLetterCursor after, int limit)
    {
        lock (_sync)
        {
            (Inbox Inbox, ulong Number, StoredDeadLetter Letter)[] found =
            [
                .. _inboxes.Values
                    .Where(inbox => inbox.App == app && (user is null ? string.CompareOrdinal(inbox.User, after.User) >= 0 : inbox.User == user))
                    .SelectMany(inbox => inbox.DeadLetters
                        .After(inbox.User == (user ?? after.User) ? after.Position.Seq : 0)
                        .Select(entry => (inbox, entry.Number, entry.Letter)))
                    .Take(limit + 1),
            ];
            var page = found.Length > limit ? found[..limit] : found;
            return new DeadLetterPage(
                [.. page.Select(static entry => entry.Letter)],
                found.Length > limit ? new DeadLetterCursor(number, page[^1].Inbox.User, new LogPosition(0, page[^1].Number)) : null);
        }
    }

    public LedgerCounts Ledger(string app, bool measure)
    {
        lock (_sync)
        {
            var row = _ledgers.GetValueOrDefault(app) ?? new LedgerRow();
            return new LedgerCounts(
                row.Accepted,
                row.Acknowledged,
                row.Expired,
                row.Dead,
                row.Pending,
                measure ? _inboxes.Values.Where(inbox => inbox.App == app).Sum(static inbox => (long)inbox.Log.Entries.Length) : null);
        }
    }

    private AppendOutcome Keep(Append append, long now)
    {
        var inbox = InboxOf(append.App, append.User);
        if (_keys.Find(append, now) is { } known)
        {
            return known.Repeat(append, inbox.Log.IsWaiting(known.Position, now / 1000));
        }

        if (inbox.Refuses(append, now / 1000) is { } refusal)
        {
            return AppendOutcome.Refused(refusal, append.MessageId);
        }

        var entry = inbox.Append(append, append.ExpiresMs(now), Math.Max(_lowestEpoch, (ulong)now));
        _keys.Keep(append, entry, now);
        var dueAt = now + (long)append.Rules.AckTimeout.TotalMicroseconds;
        SetDue(inbox, Math.Min(inbox.DueAt ?? long.MaxValue, dueAt));
        return AppendOutcome.Appended(append, entry.Position, entry.ExpiresUnixMs);
    }

    private Inbox InboxOf(string app, string user)
    {
        if (!_inboxes.TryGetValue((app, user), out var inbox))
        {
            if (!_ledgers.TryGetValue(app, out var ledger))
            {
                _ledgers[app] = ledger = new LedgerRow();
            }

            _inboxes[(app, user)] = inbox = new Inbox(app, user, ledger);
        }

        return inbox;
    }

    private void SettleDue(Inbox inbox)
    {
        if (inbox.Log.Count == 0)
        {
            SetDue(inbox, null);
        }
    }

    private void SetDue(Inbox inbox, long? at)
    {
        if (inbox.DueAt is { } before)
        {
            _due.Remove((before, inbox.App, inbox.User));
        }

        inbox.DueAt = at;
        if (at is { } due)
        {
            _due.Add((due, inbox.App, inbox.User));
        }
    }

    /// <summary>Now and then, forgets inboxes of which nothing is left.</summary>
    private void Sweep(long now)
    {
        if (now < _sweptAt + SweepEveryMicros)
        {
            return;
        }

        _sweptAt = now;
        foreach (var inbox in _inboxes.Values)
        {
            inbox.DeadLetters.Forget(now / 1000);
        }

        foreach (var ((app, user), inbox) in _inboxes.Where(entry => entry.Value.IsEmpty(now)).ToArray())
        {
            _lowestEpoch = Math.Max(_lowestEpoch, inbox.Log.Head.Epoch + 1);
            _inboxes.Remove((app, user));
        }
    }
}
