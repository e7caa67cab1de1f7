namespace Microservices.Gateway.WebSockets.Upgrades;

/// <summary>How a WebSocket handshake ended. A closed list: each is a tag value of <c>gateway.websocket.upgrades</c>.</summary>
internal enum UpgradeOutcome
{
    Accepted,

    /// <summary>Not HTTP, or a field that is missing, doubled or wrong.</summary>
    Malformed,

    /// <summary>Another path.</summary>
    OtherPath,

    /// <summary>Another method than GET.</summary>
    OtherMethod,

    /// <summary>Another version of HTTP than 1.1.</summary>
    OtherHttp,

    /// <summary>A page of an origin that is not allowed.</summary>
    OriginDenied,

    /// <summary>No upgrade to a WebSocket is asked for.</summary>
    NoUpgrade,

    /// <summary>Another version of WebSocket than 13.</summary>
    OtherVersion,

    /// <summary>More bytes than the limit.</summary>
    TooLarge,

    /// <summary>More fields than the limit.</summary>
    TooManyFields,

    /// <summary>It took too long.</summary>
    TimedOut,

    /// <summary>The link ended first.</summary>
    Lost,
}
