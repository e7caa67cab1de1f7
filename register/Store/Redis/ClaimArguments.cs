using Microservices.Register.Sessions;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>What sessions_claim.lua takes and returns.</summary>
internal sealed class ClaimArguments(SessionsOptions options)
{
    private const int ClaimedState = 1;
    private const int OvertakenState = 2;
    private const int RecheckState = 3;

    /// <summary>In front of the claims.</summary>
    public RedisValue[] Common { get; } =
        [(long)SessionClaim.RecheckWithin.TotalMicroseconds, SessionClaim.MaxDevices, (long)options.ResumeWindow.TotalMilliseconds];

    public static IEnumerable<RedisValue> Of(SessionClaim claim)
    {
        var session = claim.Session;
        return
        [
            claim.PerDevice ? 1 : 0,
            SessionMember.FieldOf(claim.PerDevice, session.Device),
            SessionMember.OfUser(session.App, session.User),
            claim.HeldEpoch is { } held ? Keys.Decimal(held) : "",
            claim.ResumeEpoch is { } resume ? Keys.Decimal(resume) : "",
            claim.HasToken ? 1 : 0,
            Keys.Decimal(claim.SeenRevocation),
            Keys.Hex(session.Incarnation),
            Keys.Hex(session.Key.Session),
            session.NamedDevice,
            SessionMember.FieldOf(perDevice: true, session.NamedDevice),
            (int)session.State,
            SessionRecord.Tail(session),
            claim.SignedAt is { } signed ? Keys.Decimal(signed) : "",
        ];
    }

    public static ClaimOutcome ReadOutcome(SessionClaim claim, RedisResult outcome) => new(
        (int)outcome[0] switch
        {
            ClaimedState => ClaimState.Claimed,
            OvertakenState => ClaimState.Overtaken,
            RecheckState => ClaimState.Recheck,
            _ => ClaimState.NotResumed,
        },
        (ulong)outcome[1],
        SessionRecord.ReadAll(claim.Session.App, claim.Session.User, (string[])outcome[2]!),
        Resumed: (int)outcome[3] == 1);
}
