using Microservices.Client.Endpoints;
using Microservices.Protocol;

namespace Microservices.Client;

/// <summary>The state of a <see cref="PushClient"/>.</summary>
/// <param name="Phase">What it is doing.</param>
public sealed record ClientState(ClientPhase Phase)
{
    /// <summary>Connecting and verified: which gateway.</summary>
    public Endpoint? Endpoint { get; init; }

    /// <summary>Verified: the session's name.</summary>
    public string Session { get; init; } = "";

    /// <summary>Verified: the former session goes on, taken over with its resume ticket.</summary>
    public bool Resumed { get; init; }

    /// <summary>Waiting: after how long the client tries again.</summary>
    public TimeSpan RetryIn { get; init; }

    /// <summary>Waiting and stopped: why.</summary>
    public Code Code { get; init; }

    /// <summary>Waiting and stopped: why, for people.</summary>
    public string Message { get; init; } = "";
}
