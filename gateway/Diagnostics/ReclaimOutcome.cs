namespace Microservices.Gateway.Diagnostics;

/// <summary>What became of a session that was claimed again. A closed list: each is a tag value of <c>gateway.reclaims</c>.</summary>
internal enum ReclaimOutcome
{
    /// <summary>It goes on.</summary>
    Claimed,

    /// <summary>The same user logged in elsewhere meanwhile; it is closed.</summary>
    Overtaken,

    /// <summary>Register takes it no more; it is closed.</summary>
    Refused,
}
