namespace Microservices.Protocol;

/// <summary>Frames whose content never changes, built once.</summary>
public static class FixedFrames
{
    private static readonly byte[] HeartbeatFrame = FrameWriter.ToArray(ProtocolVersion.Current, Command.Heartbeat);
    private static readonly byte[] GoodbyeFrame = FrameWriter.ToArray(ProtocolVersion.Current, Command.Goodbye);

    /// <summary>Command 5 without a body, version 2.</summary>
    public static ReadOnlyMemory<byte> Heartbeat => HeartbeatFrame;

    /// <summary>Command 12 without a body, version 2.</summary>
    public static ReadOnlyMemory<byte> Goodbye => GoodbyeFrame;
}
