using System.Buffers.Binary;

namespace Microservices.Gateway.WebSockets.Frames;

/// <summary>Frames of the server: whole, and not masked, so that one serves many clients.</summary>
internal static class ServerFrame
{
    /// <summary>The longest header.</summary>
    public const int MaxHeaderBytes = 10;

    private const byte Final = 0x80;
    private const int MaxShort = 125;

    /// <summary>How long the header of a frame with a payload of <paramref name="payloadBytes"/> is.</summary>
    public static int HeaderBytes(int payloadBytes) => payloadBytes switch
    {
        <= MaxShort => 2,
        <= ushort.MaxValue => 4,
        _ => MaxHeaderBytes,
    };

    /// <summary>Writes the header.</summary>
    /// <returns>Its length.</returns>
    public static int WriteHeader(Span<byte> destination, Opcode opcode, int payloadBytes)
    {
        var bytes = HeaderBytes(payloadBytes);
        destination[0] = (byte)(Final | (byte)opcode);
        switch (bytes)
        {
            case 2:
                destination[1] = (byte)payloadBytes;
                break;
            case 4:
                destination[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)payloadBytes);
                break;
            default:
                destination[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(destination[2..], (uint)payloadBytes);
                break;
        }

        return bytes;
    }
}
