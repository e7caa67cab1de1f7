namespace Microservices.Protocol.Bodies;

/// <summary>What a client may ask for in verify.</summary>
public static class Features
{
    /// <summary>Heartbeats are answered with 105.</summary>
    public const string HeartbeatAck = "heartbeat_ack";
}
