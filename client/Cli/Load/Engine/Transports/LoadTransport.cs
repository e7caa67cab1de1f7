using System.Net.Security;

namespace Microservices.Cli.Load.Engine.Transports;

/// <summary>What lies between the socket and the protocol.</summary>
/// <param name="IsWebSocket">The protocol's bytes travel in binary messages of a WebSocket.</param>
/// <param name="Tls">How TLS is agreed on with a target; null = without TLS.</param>
internal sealed record LoadTransport(bool IsWebSocket, Func<LoadTarget, SslClientAuthenticationOptions>? Tls)
{
    public static LoadTransport Tcp { get; } = new(false, null);

    public static LoadTransport WebSocket { get; } = new(true, null);
}
