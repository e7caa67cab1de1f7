using Microservices.Contracts.Register;
using Microservices.Register.Sessions;

namespace Microservices.Register.Store;

/// <summary>
/// Who is logged in where. The store doesn't know which rooms live: it returns the sessions of dead rooms as well, and the reader judges.
/// Sessions come without the name of their room. Members throw <see cref="StoreUnavailableException"/> unless they say otherwise.
/// </summary>
internal interface ISessionStore
{
    /// <summary>
    /// Takes the sessions, each atomically and those of one user in their order. A claim whose part of the store doesn't answer is
    /// <see cref="ClaimState.Unavailable"/>; it may yet take effect. Doesn't throw.
    /// </summary>
    Task<ClaimBatch> ClaimAsync(IReadOnlyList<SessionClaim> claims, CancellationToken cancellationToken);

    /// <summary>Ends each session whose epoch is still stored; says which.</summary>
    Task<IReadOnlyList<bool>> EndAsync(IReadOnlyList<SessionEnd> ends, CancellationToken cancellationToken);

    /// <summary>Stores the state of each session whose epoch is still stored; says what came of it.</summary>
    Task<IReadOnlyList<ReportOutcome>> ReportAsync(IReadOnlyList<StateReport> reports, CancellationToken cancellationToken);

    /// <summary>
    /// Ends sessions of users, and lets none of them come back with its epoch, by a held epoch or by resuming: also one that isn't stored. A kick
    /// whose part of the store doesn't answer says so; it may yet take effect. Doesn't throw.
    /// </summary>
    Task<KickBatch> KickAsync(string app, IReadOnlyList<SessionKick> kicks, CancellationToken cancellationToken);

    /// <summary>Ends all sessions of the user, and lets none of them be claimed again with its epoch.</summary>
    Task<RevokedUser> RevokeAsync(string app, string user, CancellationToken cancellationToken);

    /// <summary>The stored sessions of each user, in the order of the users.</summary>
    Task<IReadOnlyList<IReadOnlyList<Session>>> LookupAsync(string app, IReadOnlyList<string> users, CancellationToken cancellationToken);

    /// <summary>What is known of the latest ended session of each user, in the order of the users; null = nothing. A stored session may be newer.</summary>
    Task<IReadOnlyList<LastSession?>> LastAsync(string app, IReadOnlyList<string> users, CancellationToken cancellationToken);

    /// <summary>A page of the stored sessions that fit <paramref name="filter"/>, after <paramref name="position"/>.</summary>
    Task<SessionPage> ListAsync(SessionFilter filter, SessionPosition position, int limit, CancellationToken cancellationToken);

    /// <summary>How many sessions of the app are stored.</summary>
    Task<long> CountAsync(string app, CancellationToken cancellationToken);

    /// <summary>Displaced sessions of all partitions whose rooms haven't been told for sure, the oldest of each, at most <paramref name="limit"/> a partition; of those partitions whose part of the store answers.</summary>
    /// <exception cref="StoreUnavailableException">No part of the store answers.</exception>
    Task<IReadOnlyList<DisplacedSession>> UntoldAsync(int limit, CancellationToken cancellationToken);

    /// <summary>The rooms of these displaced sessions know, or are dead: claims needn't return them any more.</summary>
    Task SettleAsync(IReadOnlyCollection<DisplacedSession> displaced, CancellationToken cancellationToken);

    /// <summary>Ends stored sessions of a dead incarnation in one partition, at most <paramref name="limit"/>; returns how many.</summary>
    Task<int> SweepAsync(ulong incarnation, int partition, int limit, CancellationToken cancellationToken);
}

/// <summary>A claim on a session.</summary>
/// <param name="Session">What is stored if it succeeds, but for the epoch. <c>Device</c> is set exactly under a per-device policy.</param>
/// <param name="PerDevice">The app keeps one session per device; otherwise one per user.</param>
/// <param name="HeldEpoch">The epoch to keep; null = a new one.</param>
/// <param name="SeenRevocation">The revocation that was known when the token was read, from <see cref="ClaimOutcome.Epoch"/> of a <see cref="ClaimState.Recheck"/>.</param>
/// <param name="ResumeEpoch">Without a held epoch: what a good ticket names. It is as good as a token if it is the latest epoch of the session and may be resumed.</param>
/// <param name="HasToken">The token fits, in case the session can't be resumed.</param>
/// <param name="SignedAt">With a token that fits: it is a signed one that was issued then, Unix time, µs, and does not fit if the latest revocation isn't older; null = it is a stored one.</param>
internal sealed record SessionClaim(
    Session Session, bool PerDevice, ulong? HeldEpoch = null, ulong SeenRevocation = 0, ulong? ResumeEpoch = null, bool HasToken = true, ulong? SignedAt = null)
{
    /// <summary>A user under a per-device policy has at most so many sessions; one more displaces the oldest.</summary>
    public const int MaxDevices = 16;

    /// <summary>A claim on a token that may have been read before a revocation this recent must read it again. Longer than two store calls can take.</summary>
    public static readonly TimeSpan RecheckWithin = TimeSpan.FromSeconds(10);

    /// <summary>
    /// So long a revocation bars the epochs and the signed tokens before it. A room that comes back later than this has long lost its lease, and
    /// no token lives longer (<see cref="Apps.TokenRules.MaxLifetimeMs"/>, and what clocks may differ by).
    /// </summary>
    public static readonly TimeSpan KeepRevocation = TimeSpan.FromHours(25);
}

internal enum ClaimState
{
    Claimed,

    /// <summary>A newer epoch is stored.</summary>
    Overtaken,

    /// <summary>The user's token was revoked a moment ago: read it again, then claim with this outcome's epoch as <see cref="SessionClaim.SeenRevocation"/>.</summary>
    Recheck,

    /// <summary>It can't be resumed, and its token doesn't fit.</summary>
    NotResumed,

    Unavailable,
}

/// <summary>What became of a claim.</summary>
/// <param name="Epoch">The session's epoch when claimed; the revocation with <see cref="ClaimState.Recheck"/>; otherwise 0.</param>
/// <param name="Displaced">The stored sessions that the claim removed, live or not.</param>
/// <param name="Resumed">It was claimed by its <see cref="SessionClaim.ResumeEpoch"/>.</param>
internal sealed record ClaimOutcome(ClaimState State, ulong Epoch, IReadOnlyList<Session> Displaced, bool Resumed = false)
{
    public static readonly ClaimOutcome Unavailable = new(ClaimState.Unavailable, 0, []);
}

/// <summary>The outcomes in the order of the claims.</summary>
/// <param name="ToTell">Sessions displaced by these or by earlier claims in their partitions whose rooms haven't been told for sure.</param>
internal sealed record ClaimBatch(IReadOnlyList<ClaimOutcome> Outcomes, IReadOnlyList<DisplacedSession> ToTell);

/// <param name="Code">Why, a number of proto/codes.csv. From <see cref="FirstFinalCode"/> on it can't come back.</param>
/// <param name="SilentMs">For how long its client had not been heard of.</param>
internal sealed record SessionEnd(string App, string User, ulong Epoch, uint Code = (uint)CloseCode.ConnectionLost, uint SilentMs = 0)
{
    public const uint FirstFinalCode = 4000;

    /// <summary>So many fields of a user are kept of ended sessions; the oldest go first.</summary>
    public const int MaxKept = 32;
}

/// <param name="SilentMs">For how long its client had not been heard of.</param>
internal sealed record StateReport(string App, string User, ulong Epoch, SessionState State, uint SilentMs);

internal enum ReportOutcome
{
    /// <summary>Another session is stored, or none.</summary>
    Unknown,

    /// <summary>It had that state.</summary>
    Unchanged,

    Changed,
}

/// <param name="Device">Only sessions whose client named this device; null = all.</param>
/// <param name="Epoch">Only the session of this epoch; 0 = any.</param>
internal sealed record SessionKick(string User, string? Device = null, ulong Epoch = 0);

/// <param name="Ended">The sessions that were stored, in the order of the kicks; null: its part of the store didn't answer.</param>
/// <param name="ToTell">As in <see cref="ClaimBatch"/>.</param>
internal sealed record KickBatch(IReadOnlyList<IReadOnlyList<Session>?> Ended, IReadOnlyList<DisplacedSession> ToTell);

/// <param name="Ended">The sessions that were stored.</param>
/// <param name="ToTell">As in <see cref="ClaimBatch"/>.</param>
internal sealed record RevokedUser(IReadOnlyList<Session> Ended, IReadOnlyList<DisplacedSession> ToTell);

/// <summary>Which sessions: of an app (null = all), of a room (0 = all), or both.</summary>
internal sealed record SessionFilter(string? App, ulong Incarnation);

/// <summary>Where a page ended.</summary>
/// <param name="Member">The last index entry that was read in the partition; empty = none.</param>
internal sealed record SessionPosition(int Partition, string Member)
{
    public static readonly SessionPosition Start = new(0, "");
}

/// <param name="Next">Null: there is nothing more.</param>
internal sealed record SessionPage(IReadOnlyList<Session> Sessions, SessionPosition? Next);
