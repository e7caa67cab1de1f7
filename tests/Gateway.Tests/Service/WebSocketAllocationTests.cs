using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Delivery;
using Microservices.Gateway.Tests.Running;
using Microservices.Gateway.Tests.WebSockets;
using Microservices.Gateway.WebSockets.Frames;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Tests.Service;

[Collection(nameof(AllocationTests))]
public sealed class WebSocketAllocationTests
{
    private const int Rounds = 4_000;
    private const string TextBeat = """{"command":5,"id":"b","body":{"network":"wifi"}}""";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Heartbeat_ReceivedAndAnswered_AllocatesNothing(bool inText)
    {
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister { RenewEveryMs = 3_600_000, LeaseMs = 7_200_000 });
        var client = await gateway.LogInOverWebSocketAsync("ann", features: Features.HeartbeatAck);
        var beat = inText ? ClientFrames.Text(TextBeat) : ClientFrames.Of(Opcode.Binary, FrameWriter.ToArray(2, Command.Heartbeat));
        client.SendBare(beat);
        var ack = new byte[ReadWhole(client, inText)];

        Allocations.AssertNone(Rounds, () => client.Exchange(beat, ack));
    }

    [Fact]
    public async Task Ping_Answered_AllocatesNothing()
    {
        await using var gateway = await RunningGateway.StartAsync(
            new FakeRegister { RenewEveryMs = 3_600_000, LeaseMs = 7_200_000 }, true, ("WebSocket:MaxPongsPerSecond", "10000"));
        var client = await gateway.LogInOverWebSocketAsync("ann");
        var ping = ClientFrames.Of(Opcode.Ping, "ping"u8);
        var pong = new byte[2 + "ping".Length];

        // More than 10,000 a second are not answered.
        Allocations.AssertNone(1_000, () => client.Exchange(ping, pong));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Heartbeat_NotAnswered_AllocatesNothing(bool inText)
    {
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister { RenewEveryMs = 3_600_000, LeaseMs = 7_200_000 });
        var client = await gateway.LogInOverWebSocketAsync("ann");
        var beat = inText ? ClientFrames.Text(TextBeat) : ClientFrames.Of(Opcode.Binary, FrameWriter.ToArray(2, Command.Heartbeat));

        Allocations.AssertNoneOfHeartbeats(gateway, client, beat);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Message_RelayedToEveryFraming_AllocatesNothing(bool isPush)
    {
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister { RenewEveryMs = 3_600_000, LeaseMs = 7_200_000 });
        var plain = await gateway.LogInAsync("plain");
        var binary = await gateway.LogInOverWebSocketAsync("binary");
        var text = await gateway.LogInOverWebSocketAsync("text");
        text.SendBare(ClientFrames.Text("""{"command":99}"""));
        ReadWhole(text, inText: true);
        var delivery = new Contracts.Bus.Delivery { App = "default", Audience = Audience.All, Everybody = true };
        if (isPush)
        {
            delivery.Push = new Push { Payload = ByteString.CopyFromUtf8("news"), Type = "t" };
        }
        else
        {
            delivery.Chat = new Chat { ChatFrom = "ann", ChatContent = "你好" };
        }

        var message = new RoomMessage { Delivery = delivery };
        var inbox = gateway.Get<RoomInbox>();
        Relay();
        TestClient[] clients = [plain, binary, text];
        byte[][] frames =
        [
            new byte[Frame.HeaderBytes + (await plain.ReadAsync()).Body.Length],
            new byte[ReadWhole(binary, inText: false)],
            new byte[ReadWhole(text, inText: true)],
        ];

        Allocations.AssertNone(Rounds, () =>
        {
            Relay();
            for (var i = 0; i < frames.Length; i++)
            {
                clients[i].Exchange([], frames[i]);
            }
        });

        void Relay() => Assert.True(inbox.HandleAsync(message, CancellationToken.None).AsTask().IsCompletedSuccessfully);
    }

    /// <summary>Reads one short message; returns its length with the header.</summary>
    private static int ReadWhole(TestClient client, bool inText)
    {
        var header = client.ReadBare(2);
        Assert.Equal(0x80 | (byte)(inText ? Opcode.Text : Opcode.Binary), header[0]);
        Assert.InRange(header[1], 1, 125);
        client.ReadBare(header[1]);
        return header.Length + header[1];
    }
}
