using System.Buffers;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Connections;

/// <summary>
/// A thread's memory for the frame that it encodes. An outbox has copied or sent the bytes when its Post returns, so the next frame may
/// overwrite them.
/// </summary>
internal static class FrameScratch
{
    private const int InitialBytes = 1024;
    private const int KeptBytes = 128 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? OfThread;

    /// <summary>Encodes a frame. Valid until the thread encodes the next one.</summary>
    /// <exception cref="ProtocolException">It is longer than <paramref name="maxFrameBytes"/>.</exception>
    public static ReadOnlySpan<byte> Encode<TBody>(uint version, Command command, scoped in TBody body, uint maxFrameBytes)
        where TBody : IBody<TBody>, new()
    {
        var writer = OfThread;
        if (writer is null || writer.Capacity > KeptBytes)
        {
            OfThread = writer = new ArrayBufferWriter<byte>(InitialBytes);
        }

        writer.ResetWrittenCount();
        FrameWriter.Write(writer, version, command, body, maxFrameBytes);
        return writer.WrittenSpan;
    }
}
