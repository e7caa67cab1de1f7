using System.Buffers.Binary;

namespace Microservices.Protocol;

/// <summary>The 12 bytes before every body, big-endian.</summary>
/// <param name="Length">Bytes of the whole frame, this header included.</param>
/// <param name="Version">Says how the body is written: <see cref="ProtocolVersion"/>.</param>
/// <param name="Command">What the frame is; values outside of the enum are commands that this build does not know.</param>
public readonly record struct FrameHeader(uint Length, uint Version, Command Command)
{
    /// <summary>Bytes of the body; <see cref="Length"/> must have been judged.</summary>
    public uint BodyLength => Length - Frame.HeaderBytes;

    /// <summary>Reads a header; does not judge its length.</summary>
    /// <param name="source">At least <see cref="Frame.HeaderBytes"/> bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="source"/> is shorter.</exception>
    public static FrameHeader Read(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadUInt32BigEndian(source),
        BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
        (Command)BinaryPrimitives.ReadUInt32BigEndian(source[8..]));

    /// <summary>Writes the header.</summary>
    /// <param name="destination">At least <see cref="Frame.HeaderBytes"/> bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="destination"/> is shorter.</exception>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Length);
        BinaryPrimitives.WriteUInt32BigEndian(destination[4..], Version);
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], (uint)Command);
    }
}
