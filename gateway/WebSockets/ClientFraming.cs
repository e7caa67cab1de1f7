using System.Buffers;
using Microservices.Gateway.WebSockets.Frames;
using Microservices.Protocol;

namespace Microservices.Gateway.WebSockets;

/// <summary>Puts a framing around frames of the server.</summary>
internal static class ClientFraming
{
    private const int KeptBytes = 256 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? ofThread;

    /// <summary>The framing of a frame of <paramref name="version"/> to a client that is answered in <paramref name="wanted"/>: text holds JSON only.</summary>
    public static Framing For(Framing wanted, uint version) =>
        wanted == Framing.Text && version == ProtocolVersion.Current ? Framing.Binary : wanted;

    /// <summary>Appends <paramref name="frame"/> in its framing.</summary>
    public static void Write(IBufferWriter<byte> output, Framing framing, ReadOnlySpan<byte> frame)
    {
        switch (framing)
        {
            case Framing.Binary:
                var binary = output.GetSpan(ServerFrame.MaxHeaderBytes + frame.Length);
                var header = ServerFrame.WriteHeader(binary, Opcode.Binary, frame.Length);
                frame.CopyTo(binary[header..]);
                output.Advance(header + frame.Length);
                break;
            case Framing.Text:
                var length = TextEnvelope.LengthOf(frame, out var id);
                var text = output.GetSpan(ServerFrame.MaxHeaderBytes + length);
                header = ServerFrame.WriteHeader(text, Opcode.Text, length);
                TextEnvelope.Write(frame, id, text.Slice(header, length));
                output.Advance(header + length);
                break;
            default:
                output.Write(frame);
                break;
        }
    }

    /// <summary>The frame in its framing. Valid until the thread asks for the next one.</summary>
    public static ReadOnlySpan<byte> Wrap(Framing wanted, ReadOnlySpan<byte> frame)
    {
        var writer = Begin();
        Write(writer, For(wanted, FrameHeader.Read(frame).Version), frame);
        return writer.WrittenSpan;
    }

    /// <summary>The last frame, if there is one, and the Close frame of the WebSocket behind it. Valid as that of <see cref="Wrap"/>.</summary>
    public static ReadOnlySpan<byte> WrapLast(Framing wanted, ReadOnlySpan<byte> frame, Code reason)
    {
        var writer = Begin();
        if (!frame.IsEmpty)
        {
            Write(writer, For(wanted, FrameHeader.Read(frame).Version), frame);
        }

        writer.Advance(CloseStatus.WriteFrame(writer.GetSpan(CloseStatus.MaxFrameBytes), reason));
        return writer.WrittenSpan;
    }

    private static ArrayBufferWriter<byte> Begin()
    {
        var writer = ofThread;
        if (writer is null || writer.Capacity > KeptBytes)
        {
            ofThread = writer = new ArrayBufferWriter<byte>();
        }

        writer.ResetWrittenCount();
        return writer;
    }
}
