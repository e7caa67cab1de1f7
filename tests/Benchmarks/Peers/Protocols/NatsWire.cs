using System.Buffers.Text;
using System.Text;

namespace Microservices.Benchmarks.Peers.Protocols;

/// <summary>What a NATS server says: a line, which a message's payload follows.</summary>
internal static class NatsWire
{
    public const string Subject = "all";

    /// <summary>Introduces a client and subscribes; the answer to the ping says that both were taken.</summary>
    public static readonly byte[] Login = Encoding.ASCII.GetBytes($$"""CONNECT {"verbose":false,"pedantic":false,"tls_required":false}{{"\r\n"}}SUB {{Subject}} 1{{"\r\n"}}PING{{"\r\n"}}""");

    public static ReadOnlySpan<byte> Ping => "PING\r\n"u8;

    public static ReadOnlySpan<byte> Pong => "PONG\r\n"u8;

    /// <summary>What a publisher sends for one message.</summary>
    public static byte[] Publish(ReadOnlySpan<byte> payload) => [.. Encoding.ASCII.GetBytes($"PUB {Subject} {payload.Length}\r\n"), .. payload, .. "\r\n"u8];

    /// <summary>Reads one operation. Returns how many bytes it has, 0 when it isn't complete yet.</summary>
    public static int TryRead(ReadOnlySpan<byte> bytes, out NatsOperation operation, out ReadOnlySpan<byte> payload)
    {
        operation = NatsOperation.Unknown;
        payload = default;
        var end = bytes.IndexOf((byte)'\n');
        if (end < 0)
        {
            return 0;
        }

        var line = bytes[..end].TrimEnd((byte)'\r');
        if (!line.StartsWith("MSG "u8))
        {
            operation = Of(line);
            return end + 1;
        }

        var size = line[(line.LastIndexOf((byte)' ') + 1)..];
        if (!Utf8Parser.TryParse(size, out int length, out var digits) || digits != size.Length || length < 0)
        {
            return end + 1;
        }

        var total = end + 1 + length + 2;
        if (bytes.Length < total)
        {
            return 0;
        }

        operation = NatsOperation.Message;
        payload = bytes.Slice(end + 1, length);
        return total;
    }

    private static NatsOperation Of(ReadOnlySpan<byte> line) =>
        line.SequenceEqual("PONG"u8) ? NatsOperation.Pong
        : line.SequenceEqual("PING"u8) ? NatsOperation.Ping
        : line.StartsWith("INFO "u8) || line.SequenceEqual("+OK"u8) ? NatsOperation.Nothing
        : line.StartsWith("-ERR"u8) ? NatsOperation.Error
        : NatsOperation.Unknown;
}

/// <summary>Kinds of what the server says.</summary>
internal enum NatsOperation
{
    /// <summary>It speaks something else.</summary>
    Unknown,

    /// <summary>Nothing to do.</summary>
    Nothing,
    Message,
    Ping,
    Pong,
    Error,
}
