using System.Security.Cryptography;
using System.Text;

namespace Microservices.Cli.Load.Engine.Transports;

/// <summary>How a WebSocket is asked for, and what is answered.</summary>
internal static class WebSocketHandshake
{
    private const int MaxAnswerBytes = 16 * 1024;
    private const int MaxReasonLetters = 64;

    // One for all: it only proves that who answers speaks the protocol.
    private static readonly string Key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
    private static readonly string Accept = AcceptOf(Key);

    private static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    /// <summary>The request for <see cref="LoadTarget.Path"/>.</summary>
    public static byte[] Request(LoadTarget target) => Encoding.ASCII.GetBytes(
        $"GET {target.Path} HTTP/1.1\r\nHost: {HostOf(target)}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {Key}\r\nSec-WebSocket-Version: 13\r\n\r\n");

    /// <summary>Takes the answer off the bytes.</summary>
    /// <param name="bytes">What came; begins behind the answer's head when that was taken.</param>
    /// <param name="fault">Why there is no WebSocket; null = there is one.</param>
    /// <returns>False: more bytes are needed.</returns>
    public static bool TryRead(ref ReadOnlySpan<byte> bytes, out string? fault)
    {
        fault = null;
        var end = bytes.IndexOf(EndOfHead);
        if (end < 0)
        {
            fault = bytes.Length > MaxAnswerBytes ? "no WebSocket answers" : null;
            return fault is not null;
        }

        var head = Encoding.ASCII.GetString(bytes[..end]).Split("\r\n");
        bytes = bytes[(end + EndOfHead.Length)..];
        var status = head[0].Split(' ', 3);
        fault = !status[0].StartsWith("HTTP/1.", StringComparison.Ordinal) || status.Length < 2 ? "no WebSocket answers"
            : status[1] != "101" ? Refusal(status[1], bytes)
            : FieldOf(head, "Sec-WebSocket-Accept") != Accept ? "no WebSocket answers"
            : null;
        return true;
    }

    internal static string AcceptOf(string key)
    {
        // The constant is of RFC 6455; SHA-1 is what it asks for, and protects nothing.
#pragma warning disable CA5350
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
    }

    // A gateway that does not admit a client says so in the body: the name of a code.
    private static string Refusal(string status, ReadOnlySpan<byte> body)
    {
        var text = Encoding.ASCII.GetString(body[..Math.Min(body.Length, MaxReasonLetters)]).Trim();
        return text.Length > 0 && text.All(static letter => letter is >= 'a' and <= 'z' or '_') ? text : $"http {status}";
    }

    private static string? FieldOf(string[] head, string name) =>
        head.Skip(1).FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();

    private static string HostOf(LoadTarget target) =>
        (target.Host.Contains(':', StringComparison.Ordinal) ? $"[{target.Host}]" : target.Host) + $":{target.EndPoint.Port}";
}
