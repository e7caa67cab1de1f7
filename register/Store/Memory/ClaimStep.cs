using Microservices.Contracts.Register;
using Microservices.Register.Sessions;
using static Microservices.Contracts.Bus.PresenceEvent.Types;

namespace Microservices.Register.Store.Memory;

/// <summary>One claim, with the same rules as sessions_claim.lua: judged first, then the replaced sessions go, then its own is stored.</summary>
internal sealed class ClaimStep(PartitionUsers users, SessionsOptions options, SessionClaim claim, long now)
{
    private static readonly long RecheckMicros = (long)SessionClaim.RecheckWithin.TotalMicroseconds;
    private readonly UserSessions _user = users.Of(claim.Session.App, claim.Session.User);
    private readonly string _field = SessionMember.FieldOf(claim.PerDevice, claim.Session.Device);

    public ClaimOutcome Run()
    {
        var replaced = _user.ReplacedBy(claim, _field);
        var ended = _user.EndedOf(_field, claim.Session.NamedDevice).ToArray();
        var floor = ended.Aggregate(0ul, static (highest, one) => Math.Max(highest, one.Floor));
        var latest = replaced.Aggregate(0ul, (highest, field) => Math.Max(highest, _user.Fields[field].Key.Epoch));
        var resumed = false;
        if (claim.HeldEpoch is { } held)
        {
            if (_user.Revoked >= held || floor > held || latest > held)
            {
                return new ClaimOutcome(ClaimState.Overtaken, 0, []);
            }
        }
        else
        {
            resumed = claim.ResumeEpoch is { } resume && MayResume(resume, floor, latest, ended);
            if (!resumed && (!claim.HasToken || claim.SignedAt <= _user.Revoked))
            {
                return new ClaimOutcome(ClaimState.NotResumed, 0, []);
            }

            if (!resumed && claim.SignedAt is null && _user.Revoked != claim.SeenRevocation && _user.Revoked > (ulong)(now - RecheckMicros))
            {
                return new ClaimOutcome(ClaimState.Recheck, _user.Revoked, []);
            }
        }

        var highest = _user.Fields.Values.Aggregate(Math.Max(_user.Revoked, floor == 0 ? 0 : floor - 1), static (most, other) => Math.Max(most, other.Key.Epoch));
        var epoch = claim.HeldEpoch ?? Math.Max(highest + 1, (ulong)now);
        List<Session> displaced = [];
        Session? before = null;
        foreach (var field in replaced.Concat(_user.OldestOverLimit(_field, replaced)))
        {
            before = Replace(field, epoch, displaced) ?? before;
        }

        Store(epoch, before, ended);
        return new ClaimOutcome(ClaimState.Claimed, epoch, displaced, resumed);
    }

    private bool MayResume(ulong resume, ulong floor, ulong latest, EndedSession[] ended)
    {
        var earliestMs = (now / 1000) - (long)options.ResumeWindow.TotalMilliseconds;
        return resume > _user.Revoked && resume >= floor
            && (latest == resume || (latest < resume && ended.Any(one => one.Epoch == resume && one.Floor == resume && one.EndedAtMs > earliestMs)));
    }

    /// <summary>Removes a session; returns it if it is the claimed one as it was before.</summary>
    private Session? Replace(string field, ulong epoch, List<Session> displaced)
    {
        var other = users.Remove(_user, field);

        // The same login claimed again displaces nobody.
        var isSame = other.Key.Epoch == epoch || (other.Incarnation == claim.Session.Incarnation && other.Key.Session == claim.Session.Key.Session);
        if (!isSame)
        {
            displaced.Add(other.Clone());
            users.Tell(other, code: 0);
        }

        var seenMs = PartitionUsers.SeenMs(other, now);
        if (!isSame || field != _field)
        {
            users.Append(Kind.Offline, other, now, (uint)CloseCode.Displaced, seenMs);
        }

        if (field != _field)
        {
            users.KeepEnded(_user, field, other, epoch, (uint)CloseCode.Displaced, seenMs, now);
            return null;
        }

        return other.Key.Epoch == epoch ? other : null;
    }

    private void Store(ulong epoch, Session? before, EndedSession[] ended)
    {
        var session = claim.Session.Clone();
        session.Key = new SessionKey { Session = session.Key.Session, Epoch = epoch };
        session.SinceUnixMs = (long)(epoch / 1000);
        session.StateSinceUnixMs = before?.State == session.State ? before.StateSinceUnixMs : now / 1000;
        session.LastSeenUnixMs = before?.LastSeenUnixMs
            ?? (claim.HeldEpoch is null ? null : Array.Find(ended, one => one.Epoch == epoch)?.LastSeenMs)
            ?? now / 1000;
        session.Change = before?.Change ?? 0;
        if (before is null || before.Incarnation != session.Incarnation)
        {
            users.Append(Kind.Online, session, now);
            if (session.State == SessionState.Away)
            {
                users.Append(Kind.Away, session, now);
            }
        }
        else if (before.State != session.State)
        {
            users.Append(session.State == SessionState.Away ? Kind.Away : Kind.Back, session, now);
        }

        users.Put(_user, _field, session);
    }
}
