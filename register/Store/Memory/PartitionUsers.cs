using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Register.Sessions;

namespace Microservices.Register.Store.Memory;

/// <summary>
/// The users of one partition and the steps that changes are made of, as session_changes.lua has them for Redis. The caller holds the lock of
/// the partition.
/// </summary>
internal sealed class PartitionUsers(int number, SessionsOptions options)
{
    private const int MaxToTell = 10_000;
    private static readonly long KeepRevocationMicros = (long)SessionClaim.KeepRevocation.TotalMicroseconds;

    private readonly Dictionary<string, UserSessions> _users = [];
    private readonly OrderedDictionary<DisplacedSession, bool> _toTell = [];
    private readonly Queue<(long At, string User)> _revocations = new();
    private readonly Queue<(long At, string User)> _ended = new();

    public EventLog Events { get; } = new(number);

    public SessionIndex Index { get; } = new();

    /// <summary>The user, or a new one that is kept by what is put into it.</summary>
    public UserSessions Of(string app, string user) => Find(SessionMember.OfUser(app, user)) ?? new UserSessions(SessionMember.OfUser(app, user));

    public UserSessions? Find(string key) => _users.GetValueOrDefault(key);

    public Session SessionOf(string member) => _users[KeyOf(member, out var field)].Fields[field];

    public static string KeyOf(string member, out string field)
    {
        var (app, user, parsed) = SessionMember.Parse(member)!.Value;
        field = parsed;
        return SessionMember.OfUser(app, user);
    }

    public void Put(UserSessions user, string field, Session session)
    {
        _users[user.Key] = user;
        user.Fields[field] = session;
        Index.Add($"{user.Key}:{field}", session.Incarnation);
    }

    public Session Remove(UserSessions user, string field)
    {
        user.Fields.Remove(field, out var session);
        Index.Remove($"{user.Key}:{field}", session!.Incarnation);
        ForgetIfEmpty(user);
        return session;
    }

    /// <summary>The room of the session must hear that it is to be closed, and why (0 = displaced).</summary>
    public void Tell(Session session, uint code)
    {
        _toTell[new DisplacedSession(number, session.Incarnation, session.Key.Session, session.Key.Epoch, code)] = true;
        if (_toTell.Count > MaxToTell)
        {
            _toTell.RemoveAt(0);
        }
    }

    public IReadOnlyList<DisplacedSession> ToTell(int limit) => [.. _toTell.Keys.Take(limit)];

    public void Settle(DisplacedSession displaced) => _toTell.Remove(displaced);

    public void Append(PresenceEvent.Types.Kind kind, Session session, long now, uint code = 0, long? seenMs = null) =>
        session.Change = Events.Append(
            new PresenceEvent
            {
                Kind = kind,
                App = session.App,
                User = session.User,
                Device = session.Device,
                Epoch = session.Key.Epoch,
                Code = code,
                Incarnation = session.Incarnation,
                NamedDevice = session.NamedDevice,
                RemoteAddress = session.RemoteAddress,
                ClientVersion = session.ClientVersion,
                Sdk = session.Sdk,
                LastSeenUnixMs = seenMs ?? session.LastSeenUnixMs,
            },
            now);

    /// <summary>When the client of a session whose room doesn't say it was last there.</summary>
    public static long SeenMs(Session session, long now) => session.State == SessionState.Alive ? now / 1000 : session.LastSeenUnixMs;

    public void KeepEnded(UserSessions user, string field, Session session, ulong floor, uint code, long seenMs, long now) => Keep(
        user, field, new EndedSession(floor, session.Key.Epoch, now / 1000, seenMs, code, session.NamedDevice, session.RemoteAddress), now);

    /// <summary>No epoch under the floor comes back in this field.</summary>
    public void Raise(UserSessions user, string field, ulong floor, long now)
    {
        var ended = user.Ended.GetValueOrDefault(field) ?? EndedSession.OnlyFloor(now / 1000);
        Keep(user, field, ended with { Floor = Math.Max(ended.Floor, floor) }, now);
    }

    public void Revoke(UserSessions user, ulong revoked, long now)
    {
        _users[user.Key] = user;
        (user.Revoked, user.RevokedAt) = (revoked, now);
        _revocations.Enqueue((now, user.Key));
    }

    /// <summary>Forgets what has been kept for long enough.</summary>
    public void Forget(long now)
    {
        while (_revocations.TryPeek(out var oldest) && oldest.At < now - KeepRevocationMicros)
        {
            _revocations.Dequeue();
            if (Find(oldest.User) is { } user && user.RevokedAt == oldest.At)
            {
                user.Revoked = 0;
                ForgetIfEmpty(user);
            }
        }

        while (_ended.TryPeek(out var oldest) && oldest.At <= now)
        {
            _ended.Dequeue();
            if (Find(oldest.User) is { } user)
            {
                user.IsWatched = false;
                Watch(user, now);
            }
        }
    }

    private void Keep(UserSessions user, string field, EndedSession ended, long now)
    {
        _users[user.Key] = user;
        user.Ended[field] = ended;
        user.EndedUntil = now + (long)options.KeepEnded.TotalMicroseconds;
        if (user.Ended.Count > SessionEnd.MaxKept)
        {
            user.Ended.Remove(user.Ended.Where(entry => entry.Key != UserSessions.AllFields && entry.Key != field).MinBy(static entry => entry.Value.EndedAtMs).Key);
        }

        Watch(user, now);
    }

    private void Watch(UserSessions user, long now)
    {
        if (user.EndedUntil <= now)
        {
            user.Ended.Clear();
            ForgetIfEmpty(user);
        }
        else if (!user.IsWatched)
        {
            user.IsWatched = true;
            _ended.Enqueue((user.EndedUntil, user.Key));
        }
    }

    private void ForgetIfEmpty(UserSessions user)
    {
        if (user.IsEmpty)
        {
            _users.Remove(user.Key);
        }
    }
}
