using Microservices.Protocol;

namespace Microservices.Client.Connections;

/// <summary>Why a connection ended, and what follows.</summary>
/// <param name="Action">What the client does.</param>
/// <param name="Code">Why.</param>
/// <param name="Message">Why, for people.</param>
internal sealed record ConnectionEnd(ClientAction Action, Code Code, string Message)
{
    /// <summary>Back off: not before this. Reconnect: spread over this. Zero = not named.</summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>Where the server says to go.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>How long the client was logged in; null = it was not.</summary>
    public TimeSpan? VerifiedFor { get; init; }

    /// <summary>The link broke or was never there.</summary>
    public static ConnectionEnd Lost(string message) => new(ClientAction.Reconnect, Code.ConnectionLost, message);
}
