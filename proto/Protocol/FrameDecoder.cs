using System.Buffers;
using System.Buffers.Binary;

namespace Microservices.Protocol;

/// <summary>Cuts frames out of a stream of bytes, however they were split or glued. Holds nothing, copies nothing, allocates nothing.</summary>
public static class FrameDecoder
{
    /// <summary>
    /// Takes the first frame off <paramref name="buffer"/>. Its length is judged as soon as its four bytes are there, before any body
    /// is buffered.
    /// </summary>
    /// <param name="buffer">What was received; when a frame is returned it begins after that frame, otherwise it is unchanged.</param>
    /// <param name="maxFrameBytes">The longest frame, bytes with the header.</param>
    /// <param name="header">The frame's header.</param>
    /// <param name="body">The frame's body: a part of <paramref name="buffer"/>, valid as long as that is.</param>
    /// <returns>False: more bytes are needed.</returns>
    /// <exception cref="ProtocolException">
    /// <see cref="Code.FrameTooShort"/> or <see cref="Code.FrameTooLarge"/>. The stream can't be trusted any more.
    /// </exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, uint maxFrameBytes, out FrameHeader header, out ReadOnlySequence<byte> body)
    {
        header = default;
        body = default;
        if (!TryReadHeader(in buffer, maxFrameBytes, out var read) || buffer.Length < read.Length)
        {
            return false;
        }

        header = read;
        body = buffer.Slice(Frame.HeaderBytes, read.BodyLength);
        buffer = buffer.Slice(read.Length);
        return true;
    }

    private static bool TryReadHeader(in ReadOnlySequence<byte> buffer, uint maxFrameBytes, out FrameHeader header)
    {
        if (buffer.FirstSpan.Length >= Frame.HeaderBytes || buffer.IsSingleSegment)
        {
            return TryReadHeader(buffer.FirstSpan, maxFrameBytes, out header);
        }

        Span<byte> start = stackalloc byte[(int)Math.Min(buffer.Length, Frame.HeaderBytes)];
        buffer.Slice(0, start.Length).CopyTo(start);
        return TryReadHeader(start, maxFrameBytes, out header);
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> start, uint maxFrameBytes, out FrameHeader header)
    {
        var isWhole = start.Length >= Frame.HeaderBytes;
        header = isWhole ? FrameHeader.Read(start) : default;
        if (start.Length >= sizeof(uint))
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(start);
            if (length < Frame.HeaderBytes || length > maxFrameBytes)
            {
                throw Fault(length, maxFrameBytes, isWhole ? header : null);
            }
        }

        return isWhole;
    }

    private static ProtocolException Fault(uint length, uint maxFrameBytes, FrameHeader? header)
    {
        var fault = length < Frame.HeaderBytes
            ? new ProtocolException(Code.FrameTooShort, $"Frame of {length} bytes; its header alone has {Frame.HeaderBytes}.")
            : new ProtocolException(Code.FrameTooLarge, $"Frame of {length} bytes; the limit is {maxFrameBytes}.");
        if (header is { } known)
        {
            fault.AddOrigin(known, id: null);
        }

        return fault;
    }
}
