using Microservices.Contracts.Register;

namespace Microservices.Register.Store.Memory;

/// <summary>The users of one partition, with the same rules as the scripts of Redis.</summary>
internal sealed class SessionPartition(int number)
{
    public const int MaxToTellAtOnce = 2_000;
    private const int MaxToTell = 10_000;
    private static readonly long RecheckMicros = (long)SessionClaim.RecheckWithin.TotalMicroseconds;
    private static readonly long KeepRevocationMicros = (long)SessionClaim.KeepRevocation.TotalMicroseconds;

    private readonly Lock _sync = new();
    private readonly Dictionary<string, UserSessions> _users = [];
    private readonly SortedSet<string> _index = new(StringComparer.Ordinal);
    private readonly Dictionary<ulong, SortedSet<string>> _rooms = [];
    private readonly OrderedDictionary<DisplacedSession, bool> _toTell = [];
    private readonly Queue<(long At, string User)> _revocations = new();

    public EventLog Events { get; } = new(number);

    public ClaimOutcome Claim(SessionClaim claim, long now)
    {
        var session = claim.Session.Clone();
        var field = SessionMember.FieldOf(claim.PerDevice, session.Device);
        lock (_sync)
        {
            var user = UserOf(session.App, session.User);
            if (claim.HeldEpoch is null && user.Revoked != claim.SeenRevocation && user.Revoked > (ulong)(now - RecheckMicros))
            {
                return new ClaimOutcome(ClaimState.Recheck, user.Revoked, []);
            }

            var replaced = user.ReplacedBy(claim, field);
            if (claim.HeldEpoch is { } held && (user.Revoked >= held || replaced.Any(other => user.Fields[other].Key.Epoch > held)))
            {
                return new ClaimOutcome(ClaimState.Overtaken, 0, []);
            }

            session.Key = new SessionKey { Session = session.Key.Session, Epoch = claim.HeldEpoch ?? Math.Max(user.HighestEpoch + 1, (ulong)now) };
            session.SinceUnixMs = (long)(session.Key.Epoch / 1000);
            List<Session> displaced = [];
            foreach (var other in replaced)
            {
                Displace(user, other, session, displaced);
            }

            Put(user, field, session);
            foreach (var oldest in user.OldestOverLimit(field))
            {
                Displace(user, oldest, session, displaced);
            }

            return new ClaimOutcome(ClaimState.Claimed, session.Key.Epoch, displaced);
        }
    }

    public bool End(string app, string user, ulong epoch)
    {
        lock (_sync)
        {
            if (!_users.TryGetValue(SessionMember.OfUser(app, user), out var stored))
            {
                return false;
            }

            var field = stored.Fields.FirstOrDefault(entry => entry.Value.Key.Epoch == epoch).Key;
            if (field is null)
            {
                return false;
            }

            Remove(stored, field);
            ForgetIfEmpty(SessionMember.OfUser(app, user));
            return true;
        }
    }

    public RevokedUser Revoke(string app, string user, long now)
    {
        lock (_sync)
        {
            while (_revocations.TryPeek(out var oldest) && oldest.At < now - KeepRevocationMicros)
            {
                ForgetRevocation(_revocations.Dequeue());
            }

            var stored = UserOf(app, user);
            _users[SessionMember.OfUser(app, user)] = stored;
            stored.Revoked = Math.Max(stored.HighestEpoch + 1, (ulong)now);
            stored.RevokedAt = now;
            _revocations.Enqueue((now, SessionMember.OfUser(app, user)));
            List<Session> ended = [];
            foreach (var field in stored.Fields.Keys.ToArray())
            {
                Displace(stored, field, by: null, ended);
            }

            return new RevokedUser(ended, ToTell(MaxToTellAtOnce));
        }
    }

    public IReadOnlyList<Session> Lookup(string app, string user)
    {
        lock (_sync)
        {
            return _users.TryGetValue(SessionMember.OfUser(app, user), out var stored)
                ? [.. stored.Fields.Values.Select(static session => session.Clone())]
                : [];
        }
    }

    /// <summary>The entries after <paramref name="after"/>, each with its session.</summary>
    public IReadOnlyList<(string Member, Session Session)> List(SessionFilter filter, string after, int limit)
    {
        lock (_sync)
        {
            var index = filter.Incarnation == 0 ? _index : _rooms.GetValueOrDefault(filter.Incarnation);
            if (index is null)
            {
                return [];
            }

            var (from, to) = filter.App is null ? (after, "\uffff") : (Later(after, SessionMember.FirstOfApp(filter.App)), SessionMember.AfterApp(filter.App));
            return string.CompareOrdinal(from, to) > 0
                ? []
                : [.. index.GetViewBetween(from, to).Where(member => member != after).Take(limit).Select(member => (member, Find(member).Clone()))];
        }
    }

    public long Count(string app)
    {
        lock (_sync)
        {
            return _index.GetViewBetween(SessionMember.FirstOfApp(app), SessionMember.AfterApp(app)).Count;
        }
    }

    public IReadOnlyList<DisplacedSession> ToTellLocked(int limit)
    {
        lock (_sync)
        {
            return ToTell(limit);
        }
    }

    public void Settle(DisplacedSession displaced)
    {
        lock (_sync)
        {
            _toTell.Remove(displaced);
        }
    }

    public int Sweep(ulong incarnation, int limit)
    {
        lock (_sync)
        {
            string[] members = _rooms.TryGetValue(incarnation, out var room) ? [.. room.Take(limit)] : [];
            foreach (var member in members)
            {
                var (user, field) = Split(member);
                Remove(_users[user], field);
                ForgetIfEmpty(user);
            }

            return members.Length;
        }
    }

    private static string Later(string one, string other) => string.CompareOrdinal(one, other) > 0 ? one : other;

    private IReadOnlyList<DisplacedSession> ToTell(int limit) => [.. _toTell.Keys.Take(limit)];

    private UserSessions UserOf(string app, string user)
    {
        // Kept only by what is put into it.
        return _users.GetValueOrDefault(SessionMember.OfUser(app, user)) ?? new UserSessions();
    }

    private Session Find(string member)
    {
        var (user, field) = Split(member);
        return _users[user].Fields[field];
    }

    private static (string User, string Field) Split(string member)
    {
        var (app, user, field) = SessionMember.Parse(member)!.Value;
        return (SessionMember.OfUser(app, user), field);
    }

    private void Put(UserSessions user, string field, Session session)
    {
        var member = SessionMember.Of(session.App, session.User, field);
        _users[SessionMember.OfUser(session.App, session.User)] = user;
        user.Fields[field] = session;
        _index.Add(member);
        if (!_rooms.TryGetValue(session.Incarnation, out var room))
        {
            _rooms[session.Incarnation] = room = new SortedSet<string>(StringComparer.Ordinal);
        }

        room.Add(member);
    }

    /// <summary>Removes a session; unless it is the same one claimed again, its room must hear of it.</summary>
    private void Displace(UserSessions user, string field, Session? by, List<Session> displaced)
    {
        var session = Remove(user, field);
        var isSame = by is not null
            && (session.Key.Epoch == by.Key.Epoch || (session.Incarnation == by.Incarnation && session.Key.Session == by.Key.Session));
        if (isSame)
        {
            return;
        }

        displaced.Add(session);
        _toTell[new DisplacedSession(number, session.Incarnation, session.Key.Session, session.Key.Epoch, IsRevoked: by is null)] = true;
        if (_toTell.Count > MaxToTell)
        {
            _toTell.RemoveAt(0);
        }
    }

    private Session Remove(UserSessions user, string field)
    {
        user.Fields.Remove(field, out var session);
        var member = SessionMember.Of(session!.App, session.User, field);
        _index.Remove(member);
        var room = _rooms[session.Incarnation];
        room.Remove(member);
        if (room.Count == 0)
        {
            _rooms.Remove(session.Incarnation);
        }

        return session;
    }

    private void ForgetRevocation((long At, string User) revocation)
    {
        if (_users.TryGetValue(revocation.User, out var stored) && stored.RevokedAt == revocation.At)
        {
            stored.Revoked = 0;
            ForgetIfEmpty(revocation.User);
        }
    }

    private void ForgetIfEmpty(string user)
    {
        if (_users.TryGetValue(user, out var stored) && stored.Fields.Count == 0 && stored.Revoked == 0)
        {
            _users.Remove(user);
        }
    }
}
