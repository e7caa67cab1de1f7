namespace Microservices.Protocol.Bodies;

/// <summary>What a client may ask for in verify.</summary>
public static class Features
{
    /// <summary>Heartbeats are answered with 105.</summary>
    public const string HeartbeatAck = "heartbeat_ack";

    /// <summary>The client acknowledges kept messages with 6; without it, what was handed to the network counts as acknowledged.</summary>
    public const string Ack = "ack";
}
