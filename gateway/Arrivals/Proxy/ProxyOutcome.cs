namespace Microservices.Gateway.Arrivals.Proxy;

/// <summary>What became of a PROXY header that was expected. A closed list: each is a tag value of <c>gateway.proxy_headers</c>.</summary>
internal enum ProxyOutcome
{
    /// <summary>It named the client.</summary>
    Client,

    /// <summary>It named nobody: the peer speaks for itself, as for a health check.</summary>
    Local,

    /// <summary>Something else came, or the peer left before it was whole.</summary>
    Malformed,

    /// <summary>It was not whole in time.</summary>
    TimedOut,

    /// <summary>Too many were awaited already.</summary>
    NoRoom,
}
