using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Delivery;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>Nothing else runs beside these: they read the counters of the whole process.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationTestGroup;

[Collection(nameof(AllocationTests))]
public sealed class AllocationTests
{
    private const int Rounds = 4_000;

    [Theory]
    [InlineData(2u, "")]
    [InlineData(1100u, "")]
    [InlineData(2u, "wifi")]
    [InlineData(1100u, "wifi")]
    public async Task Heartbeat_ReceivedAndAnswered_AllocatesNothing(uint version, string network)
    {
        // Renewals of the lease would be counted too.
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister { RenewEveryMs = 3_600_000, LeaseMs = 7_200_000 });
        var client = await gateway.LogInAsync("ann", version, features: Features.HeartbeatAck);
        var beat = network.Length == 0
            ? FrameWriter.ToArray(version, Command.Heartbeat)
            : FrameWriter.ToArray(version, Command.Heartbeat, new Heartbeat { HeartbeatMs = 30_000, Network = network });
        client.Send(beat);
        var ack = new byte[Frame.HeaderBytes + (await client.ReadAsync()).Body.Length];

        Allocations.AssertNone(Rounds, () => client.Exchange(beat, ack));

        Assert.True(gateway.Metrics.FramesIn(Command.Heartbeat) > Rounds);
    }

    [Theory]
    [InlineData(2u)]
    [InlineData(1100u)]
    public async Task Heartbeat_NotAnswered_AllocatesNothing(uint version)
    {
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister { RenewEveryMs = 3_600_000, LeaseMs = 7_200_000 });
        var client = await gateway.LogInAsync("ann", version);

        Allocations.AssertNoneOfHeartbeats(gateway, client, FrameWriter.ToArray(version, Command.Heartbeat));
    }

    [Fact]
    public async Task Chat_RelayedToManyVersions_AllocatesNothing()
    {
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister { RenewEveryMs = 3_600_000, LeaseMs = 7_200_000 });
        var chat = new Contracts.Bus.Delivery { App = "default", Audience = Audience.All, Everybody = true, Chat = new Chat { ChatFrom = "ann", ChatContent = "你好" } };

        await AssertRelayedForNothingAsync(gateway, chat);
    }

    [Fact]
    public async Task Push_RelayedToNamedRecipients_AllocatesNothing()
    {
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister { RenewEveryMs = 3_600_000, LeaseMs = 7_200_000 });
        var push = new Contracts.Bus.Delivery { App = "default", Audience = Audience.Several, Push = new Push { Payload = ByteString.CopyFrom(new byte[200]), Type = "t" } };

        await AssertRelayedForNothingAsync(gateway, push, "sdk-1", "sdk-2");
    }

    [Fact]
    public async Task KeptBroadcast_ToSessionsAtTheHead_AllocatesForTheMessageNotForTheSessions()
    {
        const int Sessions = 60;
        const int Messages = 100;
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister { RenewEveryMs = 3_600_000, LeaseMs = 7_200_000 });
        foreach (var i in Enumerable.Range(0, Sessions))
        {
            await gateway.LogInAsync($"u{i}");
        }

        await Eventually.HoldsAsync(() => gateway.Sessions.All.All(static session => session.All.WasOpened), "their channels are open");
        var inbox = gateway.Get<RoomInbox>();
        var messages = Enumerable.Range(1, 2 * Messages).Select(static seq => new RoomMessage
        {
            Id = $"m{seq}",
            Delivery = new Contracts.Bus.Delivery
            {
                App = "default",
                Everybody = true,
                Push = new Push { Payload = ByteString.CopyFromUtf8("news") },
                Positions = { new Position { Epoch = 1_000, Seq = (ulong)seq } },
            },
        }).ToArray();
        Send(messages[..Messages]);

        var before = GC.GetTotalAllocatedBytes(precise: true);
        Send(messages[Messages..]);
        var perMessage = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Messages;

        Assert.Equal(2 * Messages * Sessions, gateway.Metrics.FramesOut(Command.Push));
        Assert.True(perMessage < 24 * Sessions, $"{perMessage} bytes per message to {Sessions} sessions");

        void Send(RoomMessage[] some) => Assert.All(some, message => Assert.True(inbox.HandleAsync(message, CancellationToken.None).AsTask().IsCompletedSuccessfully));
    }

    private static async Task AssertRelayedForNothingAsync(RunningGateway gateway, Contracts.Bus.Delivery delivery, params string[] recipients)
    {
        var clients = new List<TestClient>
        {
            await gateway.LogInAsync("sdk-1"),
            await gateway.LogInAsync("sdk-2"),
            await gateway.LogInAsync("138", 1100),
            await gateway.LogInAsync("139", 0),
        };
        var reading = recipients.Length == 0 ? clients : clients[..recipients.Length];
        delivery.Recipients.AddRange(recipients.Select(gateway.KeyOf));
        var inbox = gateway.Get<RoomInbox>();
        var message = new RoomMessage { Delivery = delivery };
        Relay();
        var frames = new List<byte[]>();
        foreach (var client in reading)
        {
            frames.Add(new byte[Frame.HeaderBytes + (await client.ReadAsync()).Body.Length]);
        }

        Allocations.AssertNone(Rounds, () =>
        {
            Relay();
            for (var i = 0; i < frames.Count; i++)
            {
                reading[i].Exchange([], frames[i]);
            }
        });

        void Relay() => Assert.True(inbox.HandleAsync(message, CancellationToken.None).AsTask().IsCompletedSuccessfully);
    }
}
