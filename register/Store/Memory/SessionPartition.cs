using Microservices.Contracts.Register;
using Microservices.Register.Sessions;
using static Microservices.Contracts.Bus.PresenceEvent.Types;

namespace Microservices.Register.Store.Memory;

/// <summary>The sessions of one partition, with the same rules as the scripts of Redis.</summary>
internal sealed class SessionPartition(int number, SessionsOptions options)
{
    public const int MaxToTellAtOnce = 2_000;

    private readonly Lock _sync = new();
    private readonly PartitionUsers _users = new(number, options);

    public EventLog Events => _users.Events;

    public ClaimOutcome Claim(SessionClaim claim, long now)
    {
        lock (_sync)
        {
            _users.Forget(now);
            return new ClaimStep(_users, options, claim, now).Run();
        }
    }

    public bool End(SessionEnd end, long now)
    {
        lock (_sync)
        {
            _users.Forget(now);
            if (Find(end.App, end.User, end.Epoch, out var user) is not { } field)
            {
                return false;
            }

            var session = user.Fields[field];
            var seenMs = Math.Max(session.LastSeenUnixMs, (now / 1000) - end.SilentMs);
            var floor = end.Code < SessionEnd.FirstFinalCode ? end.Epoch : end.Epoch + 1;
            Finish(user, field, floor, end.Code, seenMs, now);
            return true;
        }
    }

    public ReportOutcome Report(StateReport report, long now)
    {
        lock (_sync)
        {
            if (Find(report.App, report.User, report.Epoch, out var user) is not { } field)
            {
                return ReportOutcome.Unknown;
            }

            var session = user.Fields[field];
            session.LastSeenUnixMs = Math.Max(session.LastSeenUnixMs, (now / 1000) - report.SilentMs);
            if (session.State == report.State)
            {
                return ReportOutcome.Unchanged;
            }

            (session.State, session.StateSinceUnixMs) = (report.State, now / 1000);
            _users.Append(report.State == SessionState.Away ? Kind.Away : Kind.Back, session, now);
            return ReportOutcome.Changed;
        }
    }

    public RevokedUser Revoke(string app, string name, long now)
    {
        lock (_sync)
        {
            _users.Forget(now);
            var user = _users.Of(app, name);
            var revoked = Math.Max(Math.Max(user.Revoked + 1, user.HighestEnded), (ulong)now);
            List<Session> ended = [];
            foreach (var field in user.Fields.Keys.ToArray())
            {
                var session = user.Fields[field];
                revoked = Math.Max(revoked, session.Key.Epoch);
                ended.Add(session.Clone());
                Close(user, field, CloseCode.TokenRevoked, now);
            }

            _users.Revoke(user, revoked, now);
            return new RevokedUser(ended, _users.ToTell(MaxToTellAtOnce));
        }
    }

    public IReadOnlyList<Session> Kick(string app, SessionKick kick, long now)
    {
        lock (_sync)
        {
            _users.Forget(now);
            var user = _users.Of(app, kick.User);
            var highest = user.Fields.Values.Aggregate(Math.Max(user.Revoked, user.HighestEnded), static (most, session) => Math.Max(most, session.Key.Epoch));
            List<Session> ended = [];
            foreach (var (field, session) in user.Fields.ToArray())
            {
                if ((kick.Device is null || session.NamedDevice == kick.Device) && (kick.Epoch == 0 || session.Key.Epoch == kick.Epoch))
                {
                    ended.Add(session.Clone());
                    Close(user, field, CloseCode.Kicked, now);
                }
            }

            if (kick.Epoch == 0)
            {
                var all = kick.Device is null ? UserSessions.AllFields : SessionMember.FieldOf(perDevice: true, kick.Device);
                _users.Raise(user, all, Math.Max(highest + 1, (ulong)now), now);
                return ended;
            }

            foreach (var (field, known) in user.Ended.ToArray())
            {
                if (known.Epoch == kick.Epoch && (kick.Device is null || known.Device == kick.Device))
                {
                    _users.Raise(user, field, kick.Epoch + 1, now);
                }
            }

            return ended;
        }
    }

    public int Sweep(ulong incarnation, int limit, long now)
    {
        lock (_sync)
        {
            var members = _users.Index.OfRoom(incarnation, limit);
            foreach (var member in members)
            {
                var user = _users.Find(PartitionUsers.KeyOf(member, out var field))!;
                var session = user.Fields[field];
                Finish(user, field, session.Key.Epoch, (uint)CloseCode.ConnectionLost, PartitionUsers.SeenMs(session, now), now);
            }

            return members.Length;
        }
    }

    public IReadOnlyList<Session> Lookup(string app, string user)
    {
        lock (_sync)
        {
            return [.. _users.Of(app, user).Fields.Values.Select(static session => session.Clone())];
        }
    }

    public LastSession? Last(string app, string name, long now)
    {
        lock (_sync)
        {
            var user = _users.Of(app, name);
            return user.EndedUntil <= now ? null : user.Ended.Values.Where(static ended => ended.Epoch > 0).MaxBy(static ended => ended.Epoch)?.ToLast();
        }
    }

    /// <summary>The entries after <paramref name="after"/>, each with its session.</summary>
    public IReadOnlyList<(string Member, Session Session)> List(SessionFilter filter, string after, int limit)
    {
        lock (_sync)
        {
            return [.. _users.Index.List(filter, after, limit).Select(member => (member, _users.SessionOf(member).Clone()))];
        }
    }

    public long Count(string app)
    {
        lock (_sync)
        {
            return _users.Index.Count(app);
        }
    }

    public IReadOnlyList<DisplacedSession> ToTell(int limit)
    {
        lock (_sync)
        {
            return _users.ToTell(limit);
        }
    }

    public void Settle(DisplacedSession displaced)
    {
        lock (_sync)
        {
            _users.Settle(displaced);
        }
    }

    /// <summary>The field under which the session of this epoch is stored, or null.</summary>
    private string? Find(string app, string name, ulong epoch, out UserSessions user)
    {
        user = _users.Of(app, name);
        return user.Fields.FirstOrDefault(entry => entry.Value.Key.Epoch == epoch).Key;
    }

    /// <summary>Ends a session for good, and its room must hear of it.</summary>
    private void Close(UserSessions user, string field, CloseCode code, long now)
    {
        var session = user.Fields[field];
        _users.Tell(session, (uint)code);
        Finish(user, field, session.Key.Epoch + 1, (uint)code, PartitionUsers.SeenMs(session, now), now);
    }

    private void Finish(UserSessions user, string field, ulong floor, uint code, long seenMs, long now)
    {
        var session = _users.Remove(user, field);
        _users.KeepEnded(user, field, session, floor, code, seenMs, now);
        _users.Append(Kind.Offline, session, now, code, seenMs);
    }
}
