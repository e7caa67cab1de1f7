namespace Microservices.Gateway.Diagnostics;

/// <summary>What became of a message that a client sent upward. A closed list: each is a tag value of <c>gateway.uplinks</c>.</summary>
internal enum UplinkOutcome
{
    Accepted,

    /// <summary>The bus is away.</summary>
    Unavailable,

    /// <summary>The app's policy or a limit forbids it.</summary>
    Refused,

    /// <summary>The session sends more than the app allows.</summary>
    RateLimited,
}
