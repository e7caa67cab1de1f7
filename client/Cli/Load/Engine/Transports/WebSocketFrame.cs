using System.Buffers.Binary;

namespace Microservices.Cli.Load.Engine.Transports;

/// <summary>The frames of RFC 6455: masked up, unmasked down.</summary>
internal static class WebSocketFrame
{
    public const int Continuation = 0;
    public const int Text = 1;
    public const int Binary = 2;
    public const int Close = 8;
    public const int Ping = 9;
    public const int Pong = 10;

    /// <summary>Bytes before the payload, at most: two, a length of eight, a mask.</summary>
    public const int MaxHeaderBytes = 14;

    private const byte Final = 0x80;
    private const byte Masked = 0x80;
    private const int Length16 = 126;
    private const int Length64 = 127;

    /// <summary>Takes a server's frame off the bytes.</summary>
    /// <param name="bytes">What came; when a frame is returned it begins after that frame, otherwise it is unchanged.</param>
    /// <param name="kind">What the frame is; −1: nothing that a server may send.</param>
    /// <param name="payload">A part of <paramref name="bytes"/>.</param>
    /// <returns>False: more bytes are needed.</returns>
    public static bool TryRead(ref ReadOnlySpan<byte> bytes, out int kind, out ReadOnlySpan<byte> payload)
    {
        kind = -1;
        payload = default;
        if (bytes.Length < 2)
        {
            return false;
        }

        if ((bytes[0] & 0x70) != 0 || (bytes[1] & Masked) != 0)
        {
            bytes = default;
            return true;
        }

        ulong length = bytes[1];
        var header = length switch { Length16 => 4, Length64 => 10, _ => 2 };
        if (bytes.Length < header)
        {
            return false;
        }

        length = header switch
        {
            4 => BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]),
            10 => BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]),
            _ => length,
        };
        if (length > (ulong)(bytes.Length - header))
        {
            return false;
        }

        kind = bytes[0] & 0x0f;
        payload = bytes.Slice(header, (int)length);
        bytes = bytes[(header + (int)length)..];
        return true;
    }

    /// <summary>Writes a client's frame; returns its length.</summary>
    /// <param name="destination">Has room for the payload and <see cref="MaxHeaderBytes"/>.</param>
    /// <param name="kind">What the frame is.</param>
    /// <param name="payload">What it carries.</param>
    public static int Write(Span<byte> destination, int kind, ReadOnlySpan<byte> payload)
    {
        destination[0] = (byte)(Final | kind);
        var header = 2;
        switch (payload.Length)
        {
            case < Length16:
                destination[1] = (byte)(Masked | payload.Length);
                break;
            case <= ushort.MaxValue:
                destination[1] = Masked | Length16;
                BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payload.Length);
                header = 4;
                break;
            default:
                destination[1] = Masked | Length64;
                BinaryPrimitives.WriteUInt64BigEndian(destination[2..], (ulong)payload.Length);
                header = 10;
                break;
        }

        // Masks keep proxies from being fooled by a page's script; here nobody chooses the payload, and any will do.
        var mask = (uint)Random.Shared.Next();
        BinaryPrimitives.WriteUInt32LittleEndian(destination[header..], mask);
        header += sizeof(uint);
        for (var i = 0; i < payload.Length; i++)
        {
            destination[header + i] = (byte)(payload[i] ^ (mask >> (8 * (i & 3))));
        }

        return header + payload.Length;
    }
}
