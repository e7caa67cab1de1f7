namespace Microservices.Gateway;

/// <summary>The listeners of the gateway: names of sections, and of <see cref="Hosting.Listening.BoundEndpoints"/>.</summary>
public static class GatewayListeners
{
    /// <summary>Client connections without TLS.</summary>
    public const string Tcp = "Tcp";

    /// <summary>Client connections with TLS; listens where a certificate is configured.</summary>
    public const string Tls = "Tls";

    /// <summary>WebSockets; with a certificate over TLS.</summary>
    public const string WebSocket = "WebSocket";
}
