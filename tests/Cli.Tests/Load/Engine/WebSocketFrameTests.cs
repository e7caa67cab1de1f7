using System.Text;
using Microservices.Cli.Load.Engine.Transports;

namespace Microservices.Cli.Tests.Load.Engine;

public sealed class WebSocketFrameTests
{
    [Theory]
    [InlineData(0, 2)]
    [InlineData(125, 2)]
    [InlineData(126, 4)]
    [InlineData(65_535, 4)]
    [InlineData(65_536, 10)]
    public void TryRead_EveryLength_ComesWholeAndNotBefore(int length, int header)
    {
        byte[] frame = [.. Head(length), .. new byte[length], 0x89, 0x00];

        ReadOnlySpan<byte> cut = frame.AsSpan(0, header + length - 1);
        Assert.False(WebSocketFrame.TryRead(ref cut, out _, out _));
        ReadOnlySpan<byte> whole = frame;
        Assert.True(WebSocketFrame.TryRead(ref whole, out var kind, out var payload));

        Assert.Equal((WebSocketFrame.Binary, length, 2), (kind, payload.Length, whole.Length));
    }

    [Theory]
    [InlineData(0xc2, 0x00)]
    [InlineData(0x82, 0x80)]
    public void TryRead_CompressedOrMasked_IsNothingThatAServerMaySend(byte first, byte second)
    {
        ReadOnlySpan<byte> bytes = [first, second, 0, 0, 0, 0];

        Assert.True(WebSocketFrame.TryRead(ref bytes, out var kind, out _));

        Assert.Equal(-1, kind);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(200)]
    [InlineData(70_000)]
    public void Write_Unmasked_IsThePayload(int length)
    {
        var payload = Encoding.ASCII.GetBytes(new string('a', length));
        var frame = new byte[length + WebSocketFrame.MaxHeaderBytes];

        var written = WebSocketFrame.Write(frame, WebSocketFrame.Binary, payload);

        var mask = frame.AsSpan(written - length - 4, 4).ToArray();
        Assert.Equal((0x82, 0x80), (frame[0], frame[1] & 0x80));
        Assert.Equal(payload, frame[(written - length)..written].Select((letter, i) => (byte)(letter ^ mask[i & 3])));
    }

    [Fact]
    public void Accept_OfTheExampleInTheStandard_IsItsAnswer() =>
        Assert.Equal("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", WebSocketHandshake.AcceptOf("dGhlIHNhbXBsZSBub25jZQ=="));

    [Theory]
    [InlineData("HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3\r\n\r\noverloaded", "overloaded")]
    [InlineData("HTTP/1.1 404 Not Found\r\n\r\n<html>", "http 404")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\n\r\n", "no WebSocket answers")]
    [InlineData("SSH-2.0-OpenSSH\r\n\r\n", "no WebSocket answers")]
    public void Answer_ThatIsNoWebSocket_SaysWhy(string answer, string expected)
    {
        ReadOnlySpan<byte> bytes = Encoding.ASCII.GetBytes(answer);

        Assert.True(WebSocketHandshake.TryRead(ref bytes, out var fault));

        Assert.Equal(expected, fault);
    }

    private static byte[] Head(int length) => length switch
    {
        < 126 => [0x82, (byte)length],
        <= ushort.MaxValue => [0x82, 126, (byte)(length >> 8), (byte)length],
        _ => [0x82, 127, 0, 0, 0, 0, 0, (byte)(length >> 16), (byte)(length >> 8), (byte)length],
    };
}
