using System.Buffers.Binary;
using System.Text;

namespace Microservices.Benchmarks.Peers.Protocols;

/// <summary>Packets of MQTT 3.1.1: a byte of kind and flags, a length of one to four bytes, the rest.</summary>
internal static class MqttWire
{
    public const byte ConnectAck = 0x20;
    public const byte Message = 0x30;
    public const byte SubscribeAck = 0x90;
    public const byte PingAnswer = 0xD0;

    private const byte CleanSession = 0x02;
    private static readonly byte[] Topic = "all"u8.ToArray();

    public static ReadOnlySpan<byte> Ping => [0xC0, 0];

    /// <summary>Subscribes to what is published; QoS 0.</summary>
    public static ReadOnlySpan<byte> Subscribe => [0x82, 8, 0, 1, 0, 3, (byte)'a', (byte)'l', (byte)'l', 0];

    /// <summary>Without keep-alive: the server waits for pings for ever.</summary>
    public static byte[] Connect(string client)
    {
        var name = Encoding.ASCII.GetBytes(client);
        return Packet(0x10, [0, 4, .. "MQTT"u8, 4, CleanSession, 0, 0, .. Length(name), .. name]);
    }

    /// <summary>What a publisher sends for one message of QoS 0.</summary>
    public static byte[] Publish(ReadOnlySpan<byte> payload) => Packet(Message, [.. Length(Topic), .. Topic, .. payload]);

    /// <summary>Reads one packet. Returns how many bytes it has, 0 when it isn't complete yet, -1 when it isn't one.</summary>
    public static int TryRead(ReadOnlySpan<byte> bytes, out byte kind, out ReadOnlySpan<byte> body)
    {
        const int MostLengthBytes = 4;
        kind = 0;
        body = default;
        var length = 0;
        for (var i = 0; i < MostLengthBytes; i++)
        {
            if (bytes.Length < i + 2)
            {
                return 0;
            }

            var part = bytes[i + 1];
            length |= (part & 0x7F) << (7 * i);
            if (part < 0x80)
            {
                var total = i + 2 + length;
                if (bytes.Length < total)
                {
                    return 0;
                }

                kind = (byte)(bytes[0] & 0xF0);
                body = bytes.Slice(i + 2, length);
                return total;
            }
        }

        return -1;
    }

    private static byte[] Length(byte[] text)
    {
        var length = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)text.Length);
        return length;
    }

    private static byte[] Packet(byte kind, byte[] body)
    {
        var packet = new List<byte> { kind };
        var length = body.Length;
        do
        {
            packet.Add((byte)((length & 0x7F) | (length > 0x7F ? 0x80 : 0)));
            length >>= 7;
        }
        while (length > 0);
        packet.AddRange(body);
        return [.. packet];
    }
}
