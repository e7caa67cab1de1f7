using System.Buffers;
using System.Text;
using Microservices.Gateway.WebSockets;
using Microservices.Gateway.WebSockets.Frames;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Tests.WebSockets;

public sealed class ServerFrameTests
{
    [Theory]
    [InlineData(0, "8200")]
    [InlineData(125, "827D")]
    [InlineData(126, "827E007E")]
    [InlineData(65_535, "827EFFFF")]
    [InlineData(65_536, "827F0000000000010000")]
    public void WriteHeader_AnyLength_IsTheShortestAndNotMasked(int length, string expected)
    {
        var header = new byte[ServerFrame.MaxHeaderBytes];

        var bytes = ServerFrame.WriteHeader(header, Opcode.Binary, length);

        Assert.Equal(expected, Convert.ToHexString(header.AsSpan(0, bytes)));
        Assert.Equal(bytes, ServerFrame.HeaderBytes(length));
    }

    [Theory]
    [InlineData(Code.Kicked, 4001, "kicked")]
    [InlineData(Code.GoingAway, 3000, "going_away")]
    [InlineData(Code.WebSocketProtocol, 1002, "websocket_protocol")]
    [InlineData(Code.WebSocketNotUtf8, 1007, "websocket_not_utf8")]
    public void WriteFrame_OfAReason_HasItsStatusAndName(Code reason, int status, string name)
    {
        var frame = new byte[CloseStatus.MaxFrameBytes];

        var bytes = CloseStatus.WriteFrame(frame, reason);

        Assert.Equal([0x88, (byte)(2 + name.Length), (byte)(status >> 8), (byte)status, .. Encoding.ASCII.GetBytes(name)], frame[..bytes]);
    }

    [Fact]
    public void WriteFrame_OfEveryCode_Fits() => Assert.All(
        CodeTable.All.Where(static row => row.Kind == CodeKind.Close),
        static row => Assert.True(CloseStatus.WriteFrame(new byte[CloseStatus.MaxFrameBytes], row.Code) <= CloseStatus.MaxFrameBytes));

    [Theory]
    [InlineData("", "8800")]
    [InlineData("03E8", "880203E8")]
    [InlineData("0FA1676F6F64", "88020FA1")]
    public void WriteEcho_OfAClose_RepeatsTheStatusOnly(string payload, string expected)
    {
        var frame = new byte[CloseStatus.MaxFrameBytes];

        var bytes = CloseStatus.WriteEcho(frame, Convert.FromHexString(payload));

        Assert.Equal(expected, Convert.ToHexString(frame.AsSpan(0, bytes)));
    }

    [Theory]
    [InlineData("03", Code.WebSocketProtocol)]
    [InlineData("0000", Code.WebSocketProtocol)]
    [InlineData("03ED", Code.WebSocketProtocol)]
    [InlineData("03EE", Code.WebSocketProtocol)]
    [InlineData("03F7", Code.WebSocketProtocol)]
    [InlineData("0BB7", Code.WebSocketProtocol)]
    [InlineData("1388", Code.WebSocketProtocol)]
    [InlineData("03E8FF", Code.WebSocketNotUtf8)]
    public void WriteEcho_OfWhatNoCloseMayHave_IsRefused(string payload, Code code)
    {
        var fault = Assert.Throws<ProtocolException>(() => CloseStatus.WriteEcho(new byte[CloseStatus.MaxFrameBytes], Convert.FromHexString(payload)));

        Assert.Equal(code, fault.Code);
    }

    [Theory]
    [InlineData(nameof(Framing.Raw), 1u, nameof(Framing.Raw))]
    [InlineData(nameof(Framing.Binary), 2u, nameof(Framing.Binary))]
    [InlineData(nameof(Framing.Binary), 1u, nameof(Framing.Binary))]
    [InlineData(nameof(Framing.Text), 1100u, nameof(Framing.Text))]
    [InlineData(nameof(Framing.Text), 2u, nameof(Framing.Binary))]
    public void For_AVersion_TextHoldsJsonOnly(string wanted, uint version, string expected) =>
        Assert.Equal(expected, ClientFraming.For(Enum.Parse<Framing>(wanted), version).ToString());

    [Fact]
    public void Wrap_InBinary_PutsTheFrameBehindAHeader()
    {
        var frame = FrameWriter.ToArray(2, Command.Error, new Error { Code = Code.Forbidden });

        Assert.Equal([0x82, (byte)frame.Length, .. frame], ClientFraming.Wrap(Framing.Binary, frame).ToArray());
    }

    [Fact]
    public void Write_ALongFrameInEachFraming_IsThatFrame()
    {
        var frame = FrameWriter.ToArray(1, Command.Push, new PushDelivery { ContentType = "text/plain", Payload = new byte[90_000] }, 1 << 20);
        var output = new ArrayBufferWriter<byte>();

        ClientFraming.Write(output, Framing.Raw, frame);
        ClientFraming.Write(output, Framing.Binary, frame);
        ClientFraming.Write(output, Framing.Text, frame);

        var json = frame[Frame.HeaderBytes..];
        byte[] text = [.. """{"command":106,"body":"""u8, .. json, .. "}"u8];
        var header = new byte[ServerFrame.MaxHeaderBytes];
        ServerFrame.WriteHeader(header, Opcode.Binary, frame.Length);
        byte[] expected = [.. frame, .. header, .. frame];
        ServerFrame.WriteHeader(header, Opcode.Text, text.Length);
        Assert.Equal([.. expected, .. header, .. text], output.WrittenSpan.ToArray());
    }

    [Fact]
    public void WrapLast_WithAndWithoutAFrame_EndsWithTheClose()
    {
        var frame = FrameWriter.ToArray(1, Command.Error, new Error { Code = Code.Kicked });
        var close = new byte[CloseStatus.MaxFrameBytes];
        close = close[..CloseStatus.WriteFrame(close, Code.Kicked)];

        Assert.Equal(close, ClientFraming.WrapLast(Framing.Text, [], Code.Kicked).ToArray());
        Assert.Equal([.. ClientFraming.Wrap(Framing.Text, frame), .. close], ClientFraming.WrapLast(Framing.Text, frame, Code.Kicked).ToArray());
    }
}
