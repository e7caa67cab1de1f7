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

        var perBeat = AllocationTests.BytesPer(() => client.Exchange(beat, ack));

        Assert.True(perBeat < 1, $"{perBeat} bytes per heartbeat");
    }

    [Fact]
    public async Task Ping_Answered_AllocatesNothing()
    {
        await using var gateway = await RunningGateway.StartAsync(
            new FakeRegister { RenewEveryMs = 3_600_000, LeaseMs = 7_200_000 }, true, ("WebSocket:MaxPongsPerSecond", "10000"));
        var client = await gateway.LogInOverWebSocketAsync("ann");
        var ping = ClientFrames.Of(Opcode.Ping, "ping"u8);
        var pong = new byte[2 + "ping".Length];

        var perPing = AllocationTests.BytesPer(() => client.Exchange(ping, pong));

        Assert.True(perPing < 1, $"{perPing} bytes per ping");
    }

    [Fact]
    public async Task Chat_RelayedToEveryFraming_AllocatesNothing()
    {
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister { RenewEveryMs = 3_600_000, LeaseMs = 7_200_000 });
        var plain = await gateway.LogInAsync("plain");
        var binary = await gateway.LogInOverWebSocketAsync("binary");
        var text = await gateway.LogInOverWebSocketAsync("text");
        text.SendBare(ClientFrames.Text("""{"command":99}"""));
        ReadWhole(text, inText: true);
        var chat = new RoomMessage
        {
            Delivery = new Contracts.Bus.Delivery { App = "default", Audience = Audience.All, Everybody = true, Chat = new Chat { ChatFrom = "ann", ChatContent = "你好" } },
        };
        var inbox = gateway.Get<RoomInbox>();
        Relay();
        TestClient[] clients = [plain, binary, text];
        byte[][] frames =
        [
            new byte[Frame.HeaderBytes + (await plain.ReadAsync()).Body.Length],
            new byte[ReadWhole(binary, inText: false)],
            new byte[ReadWhole(text, inText: true)],
        ];

        var perMessage = AllocationTests.BytesPer(() =>
        {
            Relay();
            for (var i = 0; i < frames.Length; i++)
            {
                clients[i].Exchange([], frames[i]);
            }
        });

        Assert.True(perMessage < 1, $"{perMessage} bytes per message to {clients.Length} clients");

        void Relay() => Assert.True(inbox.HandleAsync(chat, CancellationToken.None).AsTask().IsCompletedSuccessfully);
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
