using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Microservices.Gateway.Tests.Running;
using Microservices.Gateway.Tests.WebSockets;
using Microservices.Gateway.WebSockets.Frames;
using Microservices.Protocol;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>What clients do wrong on a WebSocket: they are told why in a 108, then by the status of the Close frame.</summary>
public sealed class WebSocketFaultTests
{
    [Theory]
    [InlineData("8105 68656C6C6F", "websocket_protocol", 1002)]
    [InlineData("C180 00000000", "websocket_protocol", 1002)]
    [InlineData("A180 00000000", "websocket_protocol", 1002)]
    [InlineData("9180 00000000", "websocket_protocol", 1002)]
    [InlineData("8380 00000000", "websocket_protocol", 1002)]
    [InlineData("8B80 00000000", "websocket_protocol", 1002)]
    [InlineData("89FE 007E", "websocket_protocol", 1002)]
    [InlineData("0980 00000000", "websocket_protocol", 1002)]
    [InlineData("8080 00000000", "websocket_protocol", 1002)]
    [InlineData("0180 00000000 8180 00000000", "websocket_protocol", 1002)]
    [InlineData("8881 00000000 03", "websocket_protocol", 1002)]
    [InlineData("8882 00000000 03ED", "websocket_protocol", 1002)]
    [InlineData("8183 00000000 EDA080", "websocket_not_utf8", 1007)]
    [InlineData("8883 00000000 03E8FF", "websocket_not_utf8", 1007)]
    [InlineData("82FF 00000000 00010001", "frame_too_large", 4010)]
    [InlineData("82FF FFFFFFFF FFFFFFFF", "frame_too_large", 4010)]
    [InlineData("8284 00000000 0000000C", "malformed_body", 4012)]
    [InlineData("828C 00000000 0000000B 00000002 00000005", "frame_too_short", 4011)]
    [InlineData("828D 00000000 0000000C 00000002 00000005 00", "malformed_body", 4012)]
    [InlineData("828C 00000000 0000000D 00000002 00000005", "malformed_body", 4012)]
    public async Task Bytes_ThatNoClientMaySend_AreToldAndClosed(string hex, string reason, int status)
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var client = await OpenAsync(gateway);

        await client.SendAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

        await AssertToldAsync(client, reason, status);
        await AssertLeftAsync(gateway, reason);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("""{"body":{}}""")]
    [InlineData("""{"command":1,"body":"x"}""")]
    [InlineData("""{"command":1,"body":{"user":[]}}""")]
    public async Task Text_ThatIsNoMessage_IsToldInTextAndClosed(string text)
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var client = await OpenAsync(gateway);

        await client.SendAsync(ClientFrames.Text(text));

        await AssertToldAsync(client, "malformed_body", 4012);
    }

    [Theory]
    [InlineData("[", 30_000)]
    [InlineData("""{"a":""", 10_000)]
    public async Task Text_ThatIsDeeplyNested_IsToldAndClosed(string level, int depth)
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var client = await OpenAsync(gateway);

        await client.SendAsync(ClientFrames.Text("""{"command":5,"later":""" + string.Concat(Enumerable.Repeat(level, depth))));

        await AssertToldAsync(client, "malformed_body", 4012);
    }

    [Fact]
    public async Task Message_InPartsWithoutEnd_IsClosed_AndItsMemoryIsBounded()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Admission:MaxFrameBytes", "4096"), ("WebSocket:MaxMessageParts", "16"));
        using var long1 = await OpenAsync(gateway);
        using var many = await OpenAsync(gateway);

        await long1.SendAsync(ClientFrames.Of(Opcode.Binary, new byte[3_000], isFinal: false));
        await long1.SendAsync(ClientFrames.Of(Opcode.Continuation, new byte[3_000], isFinal: false));
        await many.SendAsync(ClientFrames.Of(Opcode.Text, [], isFinal: false));
        for (var i = 0; i < 16; i++)
        {
            await many.SendAsync(ClientFrames.Of(Opcode.Continuation, [], isFinal: false));
        }

        await AssertToldAsync(long1, "frame_too_large", 4010);
        await AssertToldAsync(many, "frame_too_large", 4010);
        Assert.Equal(2, gateway.Metrics.Closes(Code.FrameTooLarge));
    }

    [Fact]
    public async Task Message_AtTheLimit_IsRead()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Admission:MaxFrameBytes", "2000"));
        using var client = await WebSocketClient.ConnectAsync(gateway.WebSocket);
        await client.VerifyInTextAsync("ann");

        await client.SendTextAsync("""{"command":99}""".PadRight(2_000));

        Assert.Equal(108, (await client.ReadTextAsync()).GetProperty("command").GetInt32());
    }

    [Fact]
    public async Task Pings_InAFlood_AreNotAllAnswered_AndTheConnectionGoesOn()
    {
        var wheel = new ManualTime();
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister(), wheel);
        var client = await gateway.LogInOverWebSocketAsync("ann");
        await client.ReadUntilAnsweredAsync();

        client.SendBare([.. Enumerable.Repeat(ClientFrames.Of(Opcode.Ping, []), 500).SelectMany(static ping => ping)]);
        await Eventually.HoldsAsync(() => gateway.WebSocketMetrics.Pings(isAnswered: false) == 490, "all pings are read");

        Assert.Equal(10, gateway.WebSocketMetrics.Pings(isAnswered: true));
        Assert.Equal([.. Enumerable.Repeat(new byte[] { 0x8A, 0 }, 10).SelectMany(static pong => pong)], client.ReadBare(20));
        Assert.Empty(await client.ReadUntilAnsweredAsync());
    }

    [Fact]
    public async Task Pings_BeforeTheVerify_DoNotPutItsDeadlineOff()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Connections:VerifyTimeout", "00:00:00.500"));
        using var client = await OpenAsync(gateway);

        var pinging = Task.Run(async () =>
        {
            while (gateway.Metrics.Closes(Code.VerifyTimeout) == 0)
            {
                await client.SendAsync(ClientFrames.Of(Opcode.Ping, []));
                await Task.Delay(20);
            }
        });

        await pinging.WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal(0, gateway.Sessions.Count);
    }

    private static async Task<UpgradeClient> OpenAsync(RunningGateway gateway)
    {
        var client = await UpgradeClient.ConnectAsync(gateway.WebSocket);
        await client.SendAsync(string.Join("\r\n", ["GET /ws HTTP/1.1", .. UpgradeClient.Fields]) + "\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 101 ", await client.ReadAnswerAsync(), StringComparison.Ordinal);
        return client;
    }

    /// <summary>One message, the 108 with <paramref name="reason"/> in whatever form, then the Close frame, then the end.</summary>
    private static async Task AssertToldAsync(UpgradeClient client, string reason, int status)
    {
        var bytes = await client.ReadToEndAsync();
        var close = bytes.AsSpan(bytes.Length - reason.Length - 4);

        Assert.Equal(0x88, close[0]);
        Assert.Equal(status, BinaryPrimitives.ReadUInt16BigEndian(close[2..]));
        Assert.Equal(reason, Encoding.ASCII.GetString(close[4..]));
        Assert.Equal(reason, ReasonOf(bytes[..^close.Length]));
    }

    private static string ReasonOf(byte[] frame)
    {
        var message = frame.AsMemory(frame[1] == 126 ? 4 : 2);
        if (frame[0] == 0x82)
        {
            var header = FrameHeader.Read(message.Span);
            return FrameBody.Read<Protocol.Bodies.Error>(header, new ReadOnlySequence<byte>(message[Frame.HeaderBytes..])).Reason;
        }

        Assert.Equal(0x81, frame[0]);
        using var json = JsonDocument.Parse(message);
        Assert.Equal(108, json.RootElement.GetProperty("command").GetInt32());
        return json.RootElement.GetProperty("body").GetProperty("reason").GetString()!;
    }

    private static Task AssertLeftAsync(RunningGateway gateway, string reason)
    {
        var code = CodeTable.All.Single(row => row.Name == reason).Code;
        Assert.Equal(1, gateway.Metrics.Closes(code));
        return Eventually.HoldsAsync(() => gateway.Gate.Connections == 0, "the connection has left");
    }
}
