using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;
using Microservices.Protocol;

namespace Microservices.Gateway.WebSockets.Frames;

/// <summary>What a Close frame says: nothing, or two bytes of status and a reason.</summary>
internal static class CloseStatus
{
    /// <summary>The longest Close frame of ours.</summary>
    public const int MaxFrameBytes = 2 + 125;

    private const ushort ProtocolError = 1002;
    private const ushort NotUtf8 = 1007;

    /// <summary>The status with which a connection ends: the code itself, but for what the RFC has a number for.</summary>
    public static ushort Of(Code reason) => reason switch
    {
        Code.WebSocketProtocol => ProtocolError,
        Code.WebSocketNotUtf8 => NotUtf8,
        _ => (ushort)reason,
    };

    /// <summary>Writes the Close frame for <paramref name="reason"/>, its name as the reason.</summary>
    /// <returns>Its length.</returns>
    public static int WriteFrame(Span<byte> destination, Code reason)
    {
        var name = Encoding.UTF8.GetBytes(CodeTable.NameOf(reason), destination[4..]);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], Of(reason));
        return ServerFrame.WriteHeader(destination, Opcode.Close, sizeof(ushort) + name) + sizeof(ushort) + name;
    }

    /// <summary>Writes the answer to a client's Close frame: its status, without its reason.</summary>
    /// <returns>Its length.</returns>
    /// <exception cref="ProtocolException">The client's payload is none that a Close frame may have.</exception>
    public static int WriteEcho(Span<byte> destination, ReadOnlySpan<byte> payload)
    {
        Judge(payload);
        var status = payload[..Math.Min(payload.Length, sizeof(ushort))];
        var header = ServerFrame.WriteHeader(destination, Opcode.Close, status.Length);
        status.CopyTo(destination[header..]);
        return header + status.Length;
    }

    private static void Judge(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            return;
        }

        if (payload.Length < sizeof(ushort))
        {
            throw new ProtocolException(Code.WebSocketProtocol, "A Close frame with half a status.");
        }

        // 1004 to 1006 and 1015 are never sent; up to 2999 only what the RFC or IANA has given a meaning.
        var status = BinaryPrimitives.ReadUInt16BigEndian(payload);
        if (status is not ((>= 1000 and <= 1003) or (>= 1007 and <= 1014) or (>= 3000 and <= 4999)))
        {
            throw new ProtocolException(Code.WebSocketProtocol, $"A Close frame with status {status}.");
        }

        if (!Utf8.IsValid(payload[sizeof(ushort)..]))
        {
            throw new ProtocolException(Code.WebSocketNotUtf8, "The reason of a Close frame is not well-formed UTF-8.");
        }
    }
}
