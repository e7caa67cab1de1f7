using System.Net;

namespace Microservices.Cli.Load.Engine;

/// <summary>Where connections go.</summary>
/// <param name="EndPoint">The address.</param>
/// <param name="Host">The name that it was given by: what a certificate must be for, and the WebSocket's <c>Host</c>.</param>
internal sealed record LoadTarget(IPEndPoint EndPoint, string Host)
{
    /// <summary>As sockets want it.</summary>
    public SocketAddress Address { get; } = EndPoint.Serialize();

    /// <summary>What a WebSocket is asked for.</summary>
    public string Path { get; init; } = "/ws";

    public static LoadTarget Of(IPEndPoint endPoint) => new(endPoint, endPoint.Address.ToString());
}
