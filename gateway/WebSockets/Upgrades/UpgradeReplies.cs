using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microservices.Protocol;

namespace Microservices.Gateway.WebSockets.Upgrades;

/// <summary>What a handshake is answered with. Refusals are made beforehand, and end the connection.</summary>
internal static class UpgradeReplies
{
    /// <summary>The length of what <see cref="WriteAccept"/> writes.</summary>
    public static readonly int AcceptBytes = AcceptStart.Length + AcceptValueBytes + AcceptEnd.Length;

    private const int AcceptValueBytes = 28;
    private const int KeyLength = 24;
    private const int MostBytes = 512;

    private static readonly byte[][] Refusals = [.. Enum.GetValues<UpgradeOutcome>().Select(Encode)];

    private static ReadOnlySpan<byte> AcceptStart => "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "u8;

    private static ReadOnlySpan<byte> AcceptEnd => "\r\n\r\n"u8;

    // RFC 6455, 1.3
    private static ReadOnlySpan<byte> Suffix => "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"u8;

    /// <summary>Writes the answer that opens the WebSocket.</summary>
    /// <param name="destination"><see cref="AcceptBytes"/> long.</param>
    /// <param name="key">The client's key.</param>
    public static void WriteAccept(Span<byte> destination, ReadOnlySpan<byte> key)
    {
        Span<byte> text = stackalloc byte[KeyLength + Suffix.Length];
        key.CopyTo(text);
        Suffix.CopyTo(text[key.Length..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // It proves that the server speaks WebSocket; nothing is secured by it.
        SHA1.HashData(text, hash);
#pragma warning restore CA5350
        AcceptStart.CopyTo(destination);
        Base64.EncodeToUtf8(hash, destination[AcceptStart.Length..], out _, out _);
        AcceptEnd.CopyTo(destination[^AcceptEnd.Length..]);
    }

    /// <summary>The answer that refuses.</summary>
    public static ReadOnlyMemory<byte> Refusal(UpgradeOutcome outcome) => Refusals[(int)outcome];

    /// <summary>The answer to whom the gateway does not admit, before it asked for anything.</summary>
    public static byte[] NotAdmitted(Code reason, TimeSpan retryAfter)
    {
        var isPassing = CodeTable.ActionOf(reason) != ClientAction.Stop;
        var status = reason switch
        {
            Code.AddressDenied => "403 Forbidden",
            Code.TooManyConnections or Code.ConnectionRateExceeded or Code.Overloaded => "429 Too Many Requests",
            _ => "503 Service Unavailable",
        };
        var seconds = (long)Math.Ceiling(retryAfter.TotalSeconds);
        return Encode(status, CodeTable.NameOf(reason), isPassing ? string.Create(CultureInfo.InvariantCulture, $"Retry-After: {seconds}\r\n") : "");
    }

    private static byte[] Encode(UpgradeOutcome outcome) => outcome switch
    {
        UpgradeOutcome.OtherPath => Encode("404 Not Found", "The WebSocket is at /ws."),
        UpgradeOutcome.OtherMethod => Encode("405 Method Not Allowed", "A WebSocket begins with GET.", "Allow: GET\r\n"),
        UpgradeOutcome.OtherHttp => Encode("505 HTTP Version Not Supported", "A WebSocket begins with HTTP/1.1."),
        UpgradeOutcome.OriginDenied => Encode("403 Forbidden", "Pages of this origin may not connect."),
        UpgradeOutcome.NoUpgrade => Encode("426 Upgrade Required", "Only a WebSocket is spoken here.", "Upgrade: websocket\r\n"),
        UpgradeOutcome.OtherVersion => Encode("426 Upgrade Required", "Version 13 is spoken.", "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"),
        UpgradeOutcome.TooLarge => Encode("431 Request Header Fields Too Large", "The request is too long."),
        UpgradeOutcome.TooManyFields => Encode("431 Request Header Fields Too Large", "The request has too many fields."),
        UpgradeOutcome.TimedOut => Encode("408 Request Timeout", "The request took too long."),
        _ => Encode("400 Bad Request", "The request is not a WebSocket handshake."),
    };

    private static byte[] Encode(string status, string text, string fields = "")
    {
        var reply = new StringBuilder(MostBytes)
            .Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {status}\r\n{fields}Connection: close\r\nContent-Type: text/plain; charset=utf-8\r\n")
            .Append(CultureInfo.InvariantCulture, $"Content-Length: {text.Length + 1}\r\n\r\n{text}\n");
        return Encoding.ASCII.GetBytes(reply.ToString());
    }
}
