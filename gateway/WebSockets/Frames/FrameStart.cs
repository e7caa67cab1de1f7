using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microservices.Protocol;

namespace Microservices.Gateway.WebSockets.Frames;

/// <summary>The header of a client's frame (RFC 6455, 5.2), judged before its payload is buffered.</summary>
/// <param name="IsFinal">The message ends with this frame.</param>
/// <param name="Opcode">What it is.</param>
/// <param name="HeaderBytes">Bytes of the header, the masking key included.</param>
/// <param name="PayloadBytes">Bytes of the payload.</param>
/// <param name="MaskingKey">As it lies in memory.</param>
internal readonly record struct FrameStart(bool IsFinal, Opcode Opcode, int HeaderBytes, int PayloadBytes, uint MaskingKey)
{
    private const int MaxHeaderBytes = 14;
    private const int MaxControlBytes = 125;
    private const int Length16 = 126;
    private const int Length64 = 127;
    private const int KeyBytes = 4;

    /// <summary>Pings, pongs and closes may come between the parts of a message.</summary>
    public bool IsControl => Opcode >= Opcode.Close;

    /// <summary>Reads the header of the first frame in <paramref name="buffer"/>. Faults are found with the first bytes that show them.</summary>
    /// <param name="buffer">What was received.</param>
    /// <param name="maxPayloadBytes">The longest payload of a message's frame.</param>
    /// <param name="start">The header.</param>
    /// <returns>False: more bytes are needed.</returns>
    /// <exception cref="ProtocolException"><see cref="Code.WebSocketProtocol"/> or <see cref="Code.FrameTooLarge"/>: the stream can't be trusted any more.</exception>
    public static bool TryRead(in ReadOnlySequence<byte> buffer, int maxPayloadBytes, out FrameStart start)
    {
        if (buffer.FirstSpan.Length >= MaxHeaderBytes || buffer.IsSingleSegment)
        {
            return TryRead(buffer.FirstSpan, maxPayloadBytes, out start);
        }

        Span<byte> bytes = stackalloc byte[(int)Math.Min(buffer.Length, MaxHeaderBytes)];
        buffer.Slice(0, bytes.Length).CopyTo(bytes);
        return TryRead(bytes, maxPayloadBytes, out start);
    }

    private static bool TryRead(ReadOnlySpan<byte> bytes, int maxPayloadBytes, out FrameStart start)
    {
        start = default;
        if (bytes.Length < 2)
        {
            return false;
        }

        var isFinal = (bytes[0] & 0x80) != 0;
        var opcode = (Opcode)(bytes[0] & 0x0F);
        Judge(bytes, isFinal, opcode);
        var lengthBytes = (bytes[1] & 0x7F) switch
        {
            Length16 => sizeof(ushort),
            Length64 => sizeof(ulong),
            _ => 0,
        };
        if (bytes.Length < 2 + lengthBytes)
        {
            return false;
        }

        var length = lengthBytes switch
        {
            sizeof(ushort) => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            sizeof(ulong) => BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]),
            _ => (ulong)(bytes[1] & 0x7F),
        };
        if (length < LeastOf(lengthBytes))
        {
            throw new ProtocolException(Code.WebSocketProtocol, $"A length of {length} written in {lengthBytes} bytes; fewer hold it.");
        }

        if (opcode < Opcode.Close && length > (uint)maxPayloadBytes)
        {
            throw new ProtocolException(Code.FrameTooLarge, $"WebSocket frame of {length} bytes; the limit is {maxPayloadBytes}.");
        }

        var headerBytes = 2 + lengthBytes + KeyBytes;
        if (bytes.Length < headerBytes)
        {
            return false;
        }

        start = new FrameStart(isFinal, opcode, headerBytes, (int)length, MemoryMarshal.Read<uint>(bytes[(2 + lengthBytes)..]));
        return true;
    }

    private static void Judge(ReadOnlySpan<byte> bytes, bool isFinal, Opcode opcode)
    {
        if ((bytes[0] & 0x70) != 0)
        {
            throw new ProtocolException(Code.WebSocketProtocol, "A reserved bit is set; no extension (such as compression) was agreed on.");
        }

        if (opcode is not (Opcode.Continuation or Opcode.Text or Opcode.Binary or Opcode.Close or Opcode.Ping or Opcode.Pong))
        {
            throw new ProtocolException(Code.WebSocketProtocol, $"Opcode {(int)opcode} is reserved.");
        }

        if ((bytes[1] & 0x80) == 0)
        {
            throw new ProtocolException(Code.WebSocketProtocol, "The frame is not masked; a client masks each frame.");
        }

        if (opcode >= Opcode.Close && (!isFinal || (bytes[1] & 0x7F) > MaxControlBytes))
        {
            throw new ProtocolException(Code.WebSocketProtocol, $"A control frame in parts, or of more than {MaxControlBytes} bytes.");
        }
    }

    private static ulong LeastOf(int lengthBytes) => lengthBytes switch
    {
        sizeof(ushort) => Length16,
        sizeof(ulong) => ushort.MaxValue + 1,
        _ => 0,
    };
}
