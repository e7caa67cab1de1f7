using System.Buffers;
using Microservices.Protocol.Bodies;
using Microservices.Protocol.Formats;

namespace Microservices.Protocol;

/// <summary>Writes whole frames.</summary>
public static class FrameWriter
{
    /// <summary>Writes a frame with a body in the format of <paramref name="version"/>. Nothing is written when it throws.</summary>
    /// <param name="output">Where the frame goes.</param>
    /// <param name="version">The frame's version.</param>
    /// <param name="command">The frame's command.</param>
    /// <param name="body">The frame's body.</param>
    /// <param name="maxFrameBytes">The longest frame, bytes with the header.</param>
    /// <exception cref="ProtocolException">
    /// <see cref="Code.FrameTooLarge"/>: over the limit. <see cref="Code.UnsupportedVersion"/>: 3 to 99 are reserved.
    /// </exception>
    public static void Write<TBody>(
        IBufferWriter<byte> output, uint version, Command command, in TBody body, uint maxFrameBytes = Frame.DefaultMaxBytes)
        where TBody : IBody<TBody>, new()
    {
        var header = WriteBody(version, command, in body, maxFrameBytes, out var bytes);
        var span = output.GetSpan((int)header.Length);
        header.Write(span);
        bytes.CopyTo(span[Frame.HeaderBytes..]);
        output.Advance((int)header.Length);
    }

    /// <summary>Writes a frame without a body.</summary>
    public static void Write(IBufferWriter<byte> output, uint version, Command command)
    {
        new FrameHeader(Frame.HeaderBytes, version, command).Write(output.GetSpan(Frame.HeaderBytes));
        output.Advance(Frame.HeaderBytes);
    }

    /// <summary>A frame with a body as an array of its own, for what is encoded once and sent to many.</summary>
    /// <inheritdoc cref="Write{TBody}"/>
    public static byte[] ToArray<TBody>(uint version, Command command, in TBody body, uint maxFrameBytes = Frame.DefaultMaxBytes)
        where TBody : IBody<TBody>, new()
    {
        var header = WriteBody(version, command, in body, maxFrameBytes, out var bytes);
        var frame = new byte[header.Length];
        header.Write(frame);
        bytes.CopyTo(frame.AsSpan(Frame.HeaderBytes));
        return frame;
    }

    /// <summary>A frame without a body as an array of its own.</summary>
    public static byte[] ToArray(uint version, Command command)
    {
        var frame = new byte[Frame.HeaderBytes];
        new FrameHeader(Frame.HeaderBytes, version, command).Write(frame);
        return frame;
    }

    private static FrameHeader WriteBody<TBody>(
        uint version, Command command, in TBody body, uint maxFrameBytes, out ReadOnlySpan<byte> bytes)
        where TBody : IBody<TBody>, new()
    {
        var buffer = BodyBuffer.Rent();
        if (ProtocolVersion.FormatOf(version) == BodyFormat.Json)
        {
            JsonBodyWriter.Write(buffer, in body);
        }
        else
        {
            var writer = new ProtobufBodyWriter(buffer);
            body.Write(ref writer);
        }

        bytes = buffer.Written;
        var length = (uint)bytes.Length + Frame.HeaderBytes;
        return length <= maxFrameBytes
            ? new FrameHeader(length, version, command)
            : throw new ProtocolException(Code.FrameTooLarge, $"Frame of {length} bytes; the limit is {maxFrameBytes}.");
    }
}
