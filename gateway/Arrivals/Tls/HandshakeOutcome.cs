namespace Microservices.Gateway.Arrivals.Tls;

/// <summary>What became of a TLS handshake. A closed list: each is a tag value of <c>gateway.tls.handshakes</c>.</summary>
internal enum HandshakeOutcome
{
    /// <summary>The connection is encrypted; frames follow.</summary>
    Succeeded,

    /// <summary>The two sides have no version or cipher in common, the peer does not trust the certificate, it spoke no TLS, or it left.</summary>
    Failed,

    /// <summary>It took too long.</summary>
    TimedOut,

    /// <summary>It was not begun: too many were under way, in all or from its address.</summary>
    NoRoom,
}
