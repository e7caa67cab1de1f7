namespace Microservices.Cli.Load.Results;

/// <summary>What a load run counts. All but <see cref="Open"/> only rise.</summary>
internal enum LoadCount
{
    /// <summary>Users whose token is here.</summary>
    Tokens,

    /// <summary>Logins that were begun, reconnects aside.</summary>
    Begun,

    /// <summary>Connections that came to a session, reconnects aside.</summary>
    Verified,

    /// <summary>Sessions that are open now.</summary>
    Open,

    /// <summary>Pushes, chats and whatever else was sent to a user.</summary>
    Deliveries,
    Pushes,
    Chats,

    /// <summary>Deliveries with a position; only counted by who acknowledges.</summary>
    Kept,

    /// <summary>Frames that acknowledged some of them.</summary>
    Acks,
    Directives,
    OtherFrames,
    BytesIn,
    BytesOut,
    Heartbeats,

    /// <summary>Heartbeats that the socket did not take at once: the server does not read.</summary>
    HeartbeatsHeldBack,
    HeartbeatAcks,

    /// <summary>Sends that the socket did not take whole; the rest waits.</summary>
    SendsDelayed,

    /// <summary>Sends that were dropped, because too much waits already.</summary>
    SendsDropped,

    /// <summary>Messages to everybody that the center took from this run.</summary>
    Broadcasts,

    /// <summary>Messages to one user that it took.</summary>
    Unicasts,

    /// <summary>Links that this run cut in order to come back.</summary>
    Dropped,

    /// <summary>… and came back to the same session.</summary>
    Resumed,

    /// <summary>… and came back to a new one.</summary>
    Renewed,

    /// <summary>Attempts to come back that failed and were made again.</summary>
    ReconnectRetries,

    /// <summary>Stamps that cannot be true: the publisher's clock is another one.</summary>
    StampsIgnored,
}

/// <summary>Counted by reason.</summary>
internal enum LoadReasons
{
    /// <summary>Connections that did not come to a verified session.</summary>
    Failed,

    /// <summary>Sessions that ended before the run did.</summary>
    Closed,

    /// <summary>Error frames (108).</summary>
    Errors,

    /// <summary>Messages that the center did not take, by status.</summary>
    PublishFailures,

    /// <summary>Links that were cut and did not come back.</summary>
    ReconnectFailures,
}

/// <summary>Measured, each as a histogram.</summary>
internal enum LoadLatency
{
    /// <summary>From connect to a verified session.</summary>
    Login,

    /// <summary>From before the publishing call to the receiver.</summary>
    Delivery,

    /// <summary>From a heartbeat to its answer (105).</summary>
    Heartbeat,

    /// <summary>From a cut link to a verified session.</summary>
    Reconnect,

    /// <summary>From a publishing call to the center's answer.</summary>
    Publish,
}
