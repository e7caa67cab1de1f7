using System.Net.WebSockets;
using System.Text;
using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Gateway.Parking;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>Clients on the WebSocket of the runtime, in text and in binary messages.</summary>
public sealed class WebSocketTests
{
    [Fact]
    public async Task Client_InText_IsAnsweredInText()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var client = await WebSocketClient.ConnectAsync(gateway.WebSocket);

        var verified = await client.VerifyInTextAsync("ann", ""","features":["heartbeat_ack"]""");
        await client.SendTextAsync("""{"command":5}""");
        var beat = await client.ReadTextAsync();
        await client.SendTextAsync("""{"command":2,"id":"m1","body":{"chat_to":"bob","chat_content":"hi"}}""");
        await client.SendTextAsync("""{"command":99,"id":"x"}""");
        var unknown = await client.ReadTextAsync();

        Assert.Equal("v-ann", verified.GetProperty("id").GetString());
        Assert.Equal("v-ann", verified.GetProperty("body").GetProperty("id").GetString());
        Assert.Equal(105, beat.GetProperty("command").GetInt32());
        Assert.False(beat.TryGetProperty("id", out _));
        Assert.Equal(108, unknown.GetProperty("command").GetInt32());
        Assert.Equal("unknown_command", unknown.GetProperty("body").GetProperty("reason").GetString());
        var uplink = await gateway.UplinkAsync();
        Assert.Equal(("ann", "hi"), (uplink.User, uplink.Chat.ChatContent));
    }

    [Fact]
    public async Task Client_InBinary_IsAnsweredInBinaryInItsVersion()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var client = await WebSocketClient.ConnectAsync(gateway.WebSocket);

        await client.VerifyAsync("ann");
        await client.SendAsync(TestClient.Header(12, 2, 99));
        var protobuf = await client.ReadFrameAsync();
        await client.SendAsync(TestClient.Header(12, 1, 99));
        var json = await client.ReadFrameAsync();
        await client.SendTextAsync("""{"command":99}""");
        var text = await client.ReadTextAsync();
        await client.SendAsync(TestClient.Header(12, 2, 99));
        var again = await client.ReadFrameAsync();

        Assert.Equal((2u, Code.UnknownCommand), (protobuf.Header.Version, protobuf.As<Error>().Code));
        Assert.Equal((1u, Code.UnknownCommand), (json.Header.Version, json.As<Error>().Code));
        Assert.Equal(108, text.GetProperty("command").GetInt32());
        Assert.Equal(2u, again.Header.Version);
    }

    [Fact]
    public async Task Message_InParts_IsOneFrame()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var client = await WebSocketClient.ConnectAsync(gateway.WebSocket);
        var frame = FrameWriter.ToArray(2, Command.Verify, new Verify { User = "ann", Token = "token-ann", Sdk = "test/1" });

        await client.SendAsync(frame[..5], isEnd: false);
        await client.SendAsync(frame[5..20], isEnd: false);
        await client.SendAsync(frame[20..]);

        Assert.Equal(1u, (await client.ReadFrameAsync()).As<VerifyResult>().Code);
    }

    [Fact]
    public async Task Broadcast_ToEveryKindOfClient_ReachesEachInItsOwnForm()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var plain = await gateway.LogInAsync("plain");
        var chat = await gateway.LogInAsync("138", 1100);
        using var binary = await WebSocketClient.ConnectAsync(gateway.WebSocket);
        await binary.VerifyAsync("binary");
        using var json = await WebSocketClient.ConnectAsync(gateway.WebSocket);
        await json.VerifyAsync("json", version: 1);
        using var text = await WebSocketClient.ConnectAsync(gateway.WebSocket);
        await text.VerifyInTextAsync("text");
        using var oldText = await WebSocketClient.ConnectAsync(gateway.WebSocket);
        await oldText.SendTextAsync("""{"command":1,"body":{"phone_number":139,"token":"token-139"}}""");
        await oldText.ReadTextAsync();

        await gateway.SendAsync(new RoomMessage
        {
            Delivery = new Contracts.Bus.Delivery
            {
                App = "default",
                Audience = Audience.All,
                Everybody = true,
                Push = new Push { Payload = ByteString.CopyFromUtf8("新闻"), ContentType = "text/plain", Sender = "news" },
            },
        });

        Assert.Equal("新闻", Encoding.UTF8.GetString((await plain.ReadAsync<PushDelivery>(Command.Push)).Payload.Span));
        Assert.Equal("新闻", Encoding.UTF8.GetString((await binary.ReadFrameAsync()).As<PushDelivery>().Payload.Span));
        var inJson = await json.ReadFrameAsync();
        Assert.Equal((1u, "新闻"), (inJson.Header.Version, Encoding.UTF8.GetString(inJson.As<PushDelivery>().Payload.Span)));
        Assert.Equal("新闻", (await text.ReadTextAsync()).GetProperty("body").GetProperty("payload").GetString());
        Assert.Equal("新闻", (await chat.ReadAsync<ChatDelivery>(Command.BroadcastChatDelivery)).ChatContent);
        var old = await oldText.ReadTextAsync();
        Assert.Equal((104, "news", "新闻"), (old.GetProperty("command").GetInt32(), old.GetProperty("body").GetProperty("chat_from").GetString(), old.GetProperty("body").GetProperty("chat_content").GetString()));
    }

    [Fact]
    public async Task Push_OfBytes_IsBase64InText()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var client = await WebSocketClient.ConnectAsync(gateway.WebSocket);
        await client.VerifyInTextAsync("ann");

        await gateway.PushAsync(new Push { Payload = ByteString.CopyFrom(0, 255), ContentType = "application/octet-stream" }, Audience.Several, gateway.KeyOf("ann"));

        Assert.Equal("AP8=", (await client.ReadTextAsync()).GetProperty("body").GetProperty("payload_base64").GetString());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Close_ByTheServer_HasItsCodeAndName(bool inText)
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var client = await WebSocketClient.ConnectAsync(gateway.WebSocket);
        await (inText ? client.VerifyInTextAsync("ann") : client.VerifyAsync("ann"));

        await gateway.SendAsync(new RoomMessage { Close = new CloseSessions { Code = (int)Code.Kicked, Message = "Out.", Sessions = { gateway.KeyOf("ann") } } });

        if (inText)
        {
            var directive = await client.ReadTextAsync();
            Assert.Equal((107, "kicked"), (directive.GetProperty("command").GetInt32(), directive.GetProperty("body").GetProperty("reason").GetString()));
        }
        else
        {
            Assert.Equal(Code.Kicked, (await client.ReadFrameAsync()).As<Directive>().Code);
        }

        await client.ReadCloseAsync();
        Assert.Equal((4001, "kicked"), client.Closed);
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 0, "the connection has left");
    }

    [Fact]
    public async Task Goodbye_IsAnsweredWithTheClose()
    {
        await using var gateway = await RunningGateway.StartAsync();
        using var client = await WebSocketClient.ConnectAsync(gateway.WebSocket);
        await client.VerifyInTextAsync("ann");

        await client.SendTextAsync("""{"command":12}""");

        await client.ReadCloseAsync();
        Assert.Equal((4003, "goodbye"), client.Closed);
    }

    [Fact]
    public async Task Close_ByTheClient_IsAnswered_AndItsSessionWaitsForIt()
    {
        await using var gateway = await RunningGateway.StartAsync(WithTickets());
        using var client = await WebSocketClient.ConnectAsync(gateway.WebSocket);
        var verified = await client.VerifyInTextAsync("ann");

        await client.CloseAsync(WebSocketCloseStatus.EndpointUnavailable);

        Assert.Equal((1001, ""), (client.Closed.Status, client.Closed.Reason ?? ""));
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 0, "the connection has left");
        Assert.Equal(1, gateway.Get<ParkingLot>().Count);
        Assert.Equal(1, gateway.Metrics.Closes(Code.ConnectionLost));
        Assert.True(verified.GetProperty("body").TryGetProperty("resume", out _));
    }

    [Fact]
    public async Task Parked_MessagesOfAWebSocket_AreDeliveredInTheFramingOfTheNext()
    {
        await using var gateway = await RunningGateway.StartAsync(WithTickets());
        using var first = await WebSocketClient.ConnectAsync(gateway.WebSocket);
        var verified = await first.VerifyInTextAsync("ann");
        var key = gateway.KeyOf("ann");
        await first.CloseAsync(WebSocketCloseStatus.NormalClosure);
        await Eventually.HoldsAsync(() => gateway.Get<ParkingLot>().Count == 1, "the session is parked");
        await gateway.PushAsync(new Push { Payload = ByteString.CopyFromUtf8("kept"), ContentType = "text/plain" }, Audience.Several, key);
        await Eventually.HoldsAsync(() => gateway.Get<ParkingLot>().Bytes > 0, "the push waits");

        using var second = await WebSocketClient.ConnectAsync(gateway.WebSocket);
        var again = await second.VerifyInTextAsync("ann", $""","resume":"{verified.GetProperty("body").GetProperty("resume").GetString()}" """);

        Assert.True(again.GetProperty("body").GetProperty("resumed").GetBoolean());
        Assert.Equal("kept", (await second.ReadTextAsync()).GetProperty("body").GetProperty("payload").GetString());
    }

    [Fact]
    public async Task Ping_IsAnsweredAndHeard()
    {
        var wheel = new ManualTime();
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister(), wheel);
        var client = await gateway.LogInOverWebSocketAsync("ann");
        await client.ReadUntilAnsweredAsync();
        wheel.Advance(TimeSpan.FromMilliseconds(500));
        await Eventually.HoldsAsync(() => gateway.SessionOf("ann").Connection.SilentMs >= 400, "time has passed");

        client.SendBare(Tests.WebSockets.ClientFrames.Of(Gateway.WebSockets.Frames.Opcode.Ping, "p"u8));
        await Eventually.HoldsAsync(() => gateway.WebSocketMetrics.Pings(isAnswered: true) == 1, "the ping is answered");

        Assert.Equal(0u, gateway.SessionOf("ann").Connection.SilentMs);
        Assert.Equal([0x8A, 1, (byte)'p'], client.ReadBare(3));
    }

    private static FakeRegister WithTickets() =>
        new() { ResumeKeys = new ResumeKeys { Keys = { new ResumeKey { Id = 1, Secret = ByteString.CopyFrom(new byte[32]) } } } };
}
