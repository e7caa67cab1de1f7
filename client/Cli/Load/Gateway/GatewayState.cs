namespace Microservices.Cli.Load.Gateway;

/// <summary>What the gateway's protocol keeps of a connection.</summary>
internal sealed class GatewayState
{
    /// <summary>The ticket to come back with; empty = none, or nobody comes back.</summary>
    public string Resume { get; set; } = "";

    /// <summary>When the last heartbeat was sent whose answer is awaited, ns; 0 = none.</summary>
    public long BeatAt { get; set; }

    /// <summary>The gateway has granted acknowledging.</summary>
    public bool Acknowledges { get; set; }

    /// <summary>What came and is not acknowledged.</summary>
    public GatewayPosition Inbox;

    public GatewayPosition All;
}

/// <summary>How far a channel has come.</summary>
internal struct GatewayPosition
{
    public ulong Epoch;
    public ulong Seq;

    /// <summary>It is not acknowledged yet.</summary>
    public bool IsNew;
}
