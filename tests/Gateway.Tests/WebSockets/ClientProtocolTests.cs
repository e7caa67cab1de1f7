using System.Buffers;
using System.Globalization;
using System.Text;
using Microservices.Gateway.WebSockets;
using Microservices.Gateway.WebSockets.Frames;
using Microservices.Protocol;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.WebSockets;

/// <summary>proto/client-protocol.md says of WebSockets what the code does.</summary>
public sealed class ClientProtocolTests
{
    public static TheoryData<string> Messages => [.. Blocks("message")];

    public static TheoryData<string> Frames => [.. Blocks("websocket")];

    [Theory]
    [MemberData(nameof(Messages))]
    public void MessageBlock_IsTheFrameThatItSays(string block)
    {
        var lines = block.Split('\n');
        var (direction, text) = Cut(lines[0]);
        var body = Encoding.UTF8.GetBytes(Cut(lines[2]).Value);
        var frame = new byte[Frame.HeaderBytes + body.Length];
        if (direction == "up")
        {
            var header = TextEnvelope.Read(Encoding.UTF8.GetBytes(text), out var read);

            Assert.Equal(Encoding.UTF8.GetString(body), Encoding.UTF8.GetString(read));
            Assert.Equal(lines[1], Describe(header));
            return;
        }

        Assert.Equal("down", direction);
        var command = (Command)uint.Parse(lines[1].Split("command ")[1], CultureInfo.InvariantCulture);
        new FrameHeader((uint)frame.Length, TextEnvelope.Version, command).Write(frame);
        body.CopyTo(frame, Frame.HeaderBytes);
        var written = new byte[TextEnvelope.LengthOf(frame, out var id)];
        TextEnvelope.Write(frame, id, written);

        Assert.Equal(text, Encoding.UTF8.GetString(written));
        Assert.Equal(lines[1], Describe(FrameHeader.Read(frame)));
    }

    [Theory]
    [MemberData(nameof(Frames))]
    public void WebSocketBlock_HoldsWhatItSays(string block)
    {
        var lines = block.Split('\n');
        var (direction, hex) = Cut(lines[0]);
        var (what, value) = Cut(lines[1]);
        var bytes = Convert.FromHexString(hex);
        switch ((direction, what))
        {
            case ("up", "frame"):
                var rest = new ReadOnlySequence<byte>(bytes);
                Assert.True(new MessageReader(Frame.HeaderBytes, 1).TryRead(ref rest, out var message));
                Assert.Equal((Opcode.Binary, value), (message.Opcode, Convert.ToHexStringLower(message.Payload.Span)));
                break;
            case ("down", "frame"):
                Assert.Equal(hex, Convert.ToHexStringLower(ClientFraming.Wrap(Framing.Binary, Convert.FromHexString(value))));
                break;
            default:
                var close = new byte[CloseStatus.MaxFrameBytes];
                var code = (Code)int.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture);
                Assert.Equal(hex, Convert.ToHexStringLower(close.AsSpan(0, CloseStatus.WriteFrame(close, code))));
                Assert.Equal(value, $"{(int)code} {CodeTable.NameOf(code)}");
                break;
        }
    }

    private static string Describe(FrameHeader header) => $"frame: version {header.Version}, command {(uint)header.Command}";

    private static (string Name, string Value) Cut(string line)
    {
        var at = line.IndexOf(':', StringComparison.Ordinal);
        return (line[..at], line[(at + 1)..].Trim());
    }

    private static IEnumerable<string> Blocks(string kind)
    {
        var lines = File.ReadAllLines(Path.Combine(Repository.Root, "proto", "client-protocol.md"));
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] == "```" + kind)
            {
                yield return string.Join('\n', lines.Skip(i + 1).TakeWhile(static line => line != "```"));
            }
        }
    }
}
