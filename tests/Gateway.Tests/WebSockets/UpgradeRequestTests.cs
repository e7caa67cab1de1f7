using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microservices.Gateway.WebSockets.Upgrades;

namespace Microservices.Gateway.Tests.WebSockets;

public sealed class UpgradeRequestTests
{
    private const string Line = "GET /ws HTTP/1.1";
    private const string Key = "dGhlIHNhbXBsZSBub25jZQ==";

    private static readonly string[] Good =
        ["Host: push.example.com", "Upgrade: websocket", "Connection: Upgrade", $"Sec-WebSocket-Key: {Key}", "Sec-WebSocket-Version: 13"];

    [Fact]
    public void Judge_AGoodRequest_IsAcceptedWithItsKey()
    {
        var outcome = UpgradeRequest.Judge(Encoding.ASCII.GetBytes(Request(Line, Good)), 64, new Origins([]), out var key);

        Assert.Equal(UpgradeOutcome.Accepted, outcome);
        Assert.Equal(Key, Encoding.ASCII.GetString(key));
    }

    [Theory]
    [InlineData("GET /ws?token=no&v=2 HTTP/1.1", nameof(UpgradeOutcome.Accepted))]
    [InlineData("GET / HTTP/1.1", nameof(UpgradeOutcome.OtherPath))]
    [InlineData("GET /ws/ HTTP/1.1", nameof(UpgradeOutcome.OtherPath))]
    [InlineData("GET /WS HTTP/1.1", nameof(UpgradeOutcome.OtherPath))]
    [InlineData("GET /%77s HTTP/1.1", nameof(UpgradeOutcome.OtherPath))]
    [InlineData("GET /ws/../admin HTTP/1.1", nameof(UpgradeOutcome.OtherPath))]
    [InlineData("GET http://push.example.com/ws HTTP/1.1", nameof(UpgradeOutcome.OtherPath))]
    [InlineData("POST /ws HTTP/1.1", nameof(UpgradeOutcome.OtherMethod))]
    [InlineData("get /ws HTTP/1.1", nameof(UpgradeOutcome.OtherMethod))]
    [InlineData("GET /ws HTTP/1.0", nameof(UpgradeOutcome.OtherHttp))]
    [InlineData("PRI * HTTP/2.0", nameof(UpgradeOutcome.OtherHttp))]
    [InlineData("GET /ws HTTP/1.1 ", nameof(UpgradeOutcome.Malformed))]
    [InlineData("GET  /ws HTTP/1.1", nameof(UpgradeOutcome.Malformed))]
    [InlineData("GET /ws", nameof(UpgradeOutcome.Malformed))]
    [InlineData("GET /ws\tHTTP/1.1", nameof(UpgradeOutcome.Malformed))]
    [InlineData("GET /w\u0000s HTTP/1.1", nameof(UpgradeOutcome.Malformed))]
    [InlineData(" GET /ws HTTP/1.1", nameof(UpgradeOutcome.Malformed))]
    [InlineData("", nameof(UpgradeOutcome.Malformed))]
    [InlineData("\u0016\u0003\u0001", nameof(UpgradeOutcome.Malformed))]
    public void Judge_ARequestLine_IsThatOrRefused(string line, string expected) => Assert.Equal(expected, $"{Judge(Request(line, Good))}");

    [Theory]
    [InlineData("Connection: keep-alive, UPGRADE", 2, nameof(UpgradeOutcome.Accepted))]
    [InlineData("upgrade:\tWebSocket \t", 1, nameof(UpgradeOutcome.Accepted))]
    [InlineData("Upgrade: h2c, websocket", 1, nameof(UpgradeOutcome.Accepted))]
    [InlineData("Upgrade: websockets", 1, nameof(UpgradeOutcome.NoUpgrade))]
    [InlineData("Connection: close", 2, nameof(UpgradeOutcome.NoUpgrade))]
    [InlineData("X: y", 1, nameof(UpgradeOutcome.NoUpgrade))]
    [InlineData("Host:", 0, nameof(UpgradeOutcome.Malformed))]
    [InlineData("X: y", 0, nameof(UpgradeOutcome.Malformed))]
    [InlineData("X: y", 3, nameof(UpgradeOutcome.Malformed))]
    [InlineData("Sec-WebSocket-Key: short", 3, nameof(UpgradeOutcome.Malformed))]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSE=", 3, nameof(UpgradeOutcome.Malformed))]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZ!==", 3, nameof(UpgradeOutcome.Malformed))]
    [InlineData("Sec-WebSocket-Version: 8", 4, nameof(UpgradeOutcome.OtherVersion))]
    [InlineData("Sec-WebSocket-Version: 13, 8", 4, nameof(UpgradeOutcome.OtherVersion))]
    [InlineData("X: y", 4, nameof(UpgradeOutcome.OtherVersion))]
    public void Judge_AField_IsRightOrRefused(string field, int at, string expected)
    {
        string[] fields = [.. Good];
        fields[at] = field;

        Assert.Equal(expected, $"{Judge(Request(Line, fields))}");
    }

    [Theory]
    [InlineData("Host: other.example.com")]
    [InlineData("Sec-WebSocket-Version: 13")]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")]
    [InlineData("Content-Length: 5")]
    [InlineData("Transfer-Encoding: chunked")]
    [InlineData("Name : value")]
    [InlineData(" folded")]
    [InlineData("\tfolded")]
    [InlineData("no colon")]
    [InlineData(": no name")]
    [InlineData("N\u00e4me: value")]
    [InlineData("Name: val\rue")]
    [InlineData("Name: val\nOrigin: http://evil.example")]
    [InlineData("Name: val\0ue")]
    [InlineData("")]
    public void Judge_AFieldThatTwoReadersMayTakeDifferently_IsRefused(string field) =>
        Assert.Equal(UpgradeOutcome.Malformed, Judge(Request(Line, [.. Good, field, "Last: one"])));

    [Theory]
    [InlineData("X-Forwarded-For: 10.0.0.1")]
    [InlineData("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits")]
    [InlineData("Sec-WebSocket-Protocol: chat")]
    [InlineData("Content-Length: 0")]
    [InlineData("Cookie: a=b")]
    [InlineData("Empty:")]
    public void Judge_AFieldThatDoesNotMatter_IsIgnored(string field) => Assert.Equal(UpgradeOutcome.Accepted, Judge(Request(Line, [.. Good, field])));

    [Fact]
    public void Judge_MoreFieldsThanTheLimit_IsRefused()
    {
        string[] fields = [.. Good, .. Enumerable.Range(0, 3).Select(static i => $"X-{i}: y")];

        Assert.Equal(UpgradeOutcome.Accepted, Judge(Request(Line, fields), maxFields: 8));
        Assert.Equal(UpgradeOutcome.TooManyFields, Judge(Request(Line, fields), maxFields: 7));
    }

    [Theory]
    [InlineData("https://push.example.com", nameof(UpgradeOutcome.Accepted))]
    [InlineData("http://PUSH.example.com", nameof(UpgradeOutcome.Accepted))]
    [InlineData("https://app.example.org", nameof(UpgradeOutcome.Accepted))]
    [InlineData("https://evil.example", nameof(UpgradeOutcome.OriginDenied))]
    [InlineData("null", nameof(UpgradeOutcome.OriginDenied))]
    [InlineData("", nameof(UpgradeOutcome.OriginDenied))]
    public void Judge_AnOrigin_IsThatOfTheHostOrListed(string origin, string expected) =>
        Assert.Equal(expected, Judge(Request(Line, [.. Good, $"Origin: {origin}"]), origins: ["https://app.example.org"]).ToString());

    [Fact]
    public void Judge_TwoOrigins_IsRefused() =>
        Assert.Equal(UpgradeOutcome.Malformed, Judge(Request(Line, [.. Good, "Origin: https://push.example.com", "Origin: https://evil.example"])));

    [Fact]
    public void Judge_AnyBytes_IsAnOutcome() => Prop.ForAll<byte[]>(
        static bytes => UpgradeRequest.Judge([.. Encoding.ASCII.GetBytes("GET /ws HTTP/1.1\r\n"), .. bytes], 64, new Origins([]), out _) != UpgradeOutcome.Accepted)
        .Check(Config.QuickThrowOnFailure);

    [Fact]
    public void WriteAccept_TheKeyOfTheRfc_GivesItsAnswer()
    {
        var reply = new byte[UpgradeReplies.AcceptBytes];

        UpgradeReplies.WriteAccept(reply, Encoding.ASCII.GetBytes(Key));

        Assert.Equal(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
            Encoding.ASCII.GetString(reply));
    }

    private static string Request(string line, string[] fields) => string.Join("\r\n", [line, .. fields]);

    private static UpgradeOutcome Judge(string head, int maxFields = 64, params string[] origins) =>
        UpgradeRequest.Judge(Encoding.Latin1.GetBytes(head), maxFields, new Origins(origins), out _);
}
