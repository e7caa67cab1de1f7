using Grpc.Core;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Gateway.Delivery;
using Microservices.Gateway.Delivery.Shared;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;
using Position = Microservices.Contracts.Bus.Position;

namespace Microservices.Gateway.Tests.Service;

/// <summary>The channel "all": whatever the bus does, every client gets all of it, in order, once; and register is read for the room, not for each.</summary>
public class AllChannelTests
{
    /// <summary>A call that is given up is made again, and counts again: on a slow machine none is.</summary>
    private static readonly (string Key, string Value) Patient = ("Sessions:CallTimeout", "00:01:00");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Bus_DropsRepeatsAndReorders_EachClientGetsAllInOrderOnce(int seed)
    {
        await using var gateway = await RunningGateway.StartAsync();
        TestClient[] clients = [await LogInAsync(gateway, "acks", features: Features.Ack), await LogInAsync(gateway, "plain"), await LogInAsync(gateway, "138", 1100)];
        var random = new Random(seed);
        var waiting = new List<(string Text, Position Position)>();
        for (var i = 0; i < 60; i++)
        {
            waiting.Add(($"{i}", gateway.Register.Logs.Append("", $"{i}")));
            while (waiting.Count > 0 && random.Next(3) > 0)
            {
                var (text, position) = waiting[random.Next(waiting.Count)];
                if (random.Next(4) > 0)
                {
                    waiting.RemoveAll(one => one.Position == position);
                }

                if (random.Next(5) > 0)
                {
                    await SendAsync(gateway, text, position);
                }
            }
        }

        foreach (var client in clients)
        {
            Assert.Equal(Numbers(60), await ReadAsync(client, 60));
            Assert.DoesNotContain(await client.ReadUntilAnsweredAsync(), static frame => frame.Header.Command != Command.Error);
        }
    }

    [Fact]
    public async Task Logins_ManyBehindABroadcast_ReadItOnce()
    {
        const int Users = 200;
        await using var gateway = await RunningGateway.StartAsync(settings: Patient);
        var logs = gateway.Register.Logs;
        var seen = logs.Append("", "seen");
        foreach (var i in Enumerable.Range(0, 20))
        {
            logs.Append("", $"{i}");
        }

        // For whoever logs in before the room has heard of all of it the rest is news, which is read too.
        var last = logs.Heads().Single().Seq;
        await Eventually.HoldsAsync(() => Channel(gateway).Told.Seq == last, "the room knows the head", () => $"{Channel(gateway).Told}");
        foreach (var user in Enumerable.Range(0, Users))
        {
            logs.Acknowledge(new AckPosition { App = "default", User = $"u{user}", All = true, Position = seen });
        }

        var clients = await Task.WhenAll(Enumerable.Range(0, Users).Select(user => gateway.LogInAsync($"u{user}", features: Features.Ack)));

        foreach (var client in clients)
        {
            Assert.Equal(Numbers(20), await ReadAsync(client, 20));
        }

        Assert.Equal(1, ReadsOfAll(gateway));
    }

    [Fact]
    public async Task Login_NewReader_BeginsAtTheHead()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Register.Logs.Append("", "before");
        await Eventually.HoldsAsync(() => Channel(gateway).Head.Seq == 1, "the room has heard of it");
        var client = await LogInAsync(gateway, "ann");

        await SendAsync(gateway, "after", gateway.Register.Logs.Append("", "after"));

        Assert.Equal(["after"], await ReadAsync(client, 1));
        Assert.Equal(0, ReadsOfAll(gateway));
    }

    [Fact]
    public async Task Lease_TellsAHeadThatTheBusDidNotBring_IsReadOnceForAll()
    {
        await using var gateway = await RunningGateway.StartAsync(settings: Patient);
        var clients = await LogInAsync(gateway, 20);

        gateway.Register.Logs.Append("", "lost");

        foreach (var client in clients)
        {
            Assert.Equal(["lost"], await ReadAsync(client, 1));
        }

        Assert.Equal(1, ReadsOfAll(gateway));
    }

    [Fact]
    public async Task Gap_RegisterIsAwayForAWhile_IsFilledWhenItIsBack()
    {
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister { TellsHeads = false }, settings: Patient);
        var client = await LogInAsync(gateway, "ann");
        var failures = 3;
        gateway.Register.Logs.OnRead = _ => Interlocked.Decrement(ref failures) >= 0 ? throw new RpcException(new Status(StatusCode.Unavailable, "away")) : Task.CompletedTask;
        gateway.Register.Logs.Append("", "0");
        var second = gateway.Register.Logs.Append("", "1");

        await SendAsync(gateway, "1", second);

        Assert.Equal(Numbers(2), await ReadAsync(client, 2));
        Assert.Equal(4, ReadsOfAll(gateway));
    }

    [Fact]
    public async Task Interrupted_InboxesAndAllAreComparedWithTheirLogs()
    {
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister { TellsHeads = false }, settings: Patient);
        var clients = await LogInAsync(gateway, 30);
        gateway.Register.Logs.Reads.Clear();
        foreach (var user in Enumerable.Range(0, clients.Length))
        {
            gateway.Register.Logs.Append($"u{user}", $"{user}");
        }

        gateway.Register.Logs.Append("", "all");

        gateway.Get<RoomInbox>().Interrupted();

        foreach (var (user, client) in clients.Index())
        {
            Assert.Equal(["all", $"{user}"], (await ReadAsync(client, 2)).Order(StringComparer.Ordinal).Reverse());
        }

        Assert.Equal(1, ReadsOfAll(gateway));
        Assert.InRange(gateway.Register.Logs.Reads.Count, 2, 25);
        await Eventually.HoldsAsync(() => gateway.Get<RoomResync>().Compared == clients.Length, "each is counted", () => $"{gateway.Get<RoomResync>().Compared}");
    }

    [Fact]
    public async Task Interrupted_NothingWasLost_NothingIsSentAgain()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await LogInAsync(gateway, "ann");
        await SendAsync(gateway, "0", gateway.Register.Logs.Append("", "0"));
        Assert.Equal(["0"], await ReadAsync(client, 1));

        gateway.Get<RoomInbox>().Interrupted();
        await Eventually.HoldsAsync(() => ReadsOfAll(gateway) == 1 && gateway.Register.Logs.Reads.Count > 1, "inbox and all were read");

        Assert.DoesNotContain(await client.ReadUntilAnsweredAsync(), static frame => frame.Header.Command == Command.Push);
    }

    [Fact]
    public async Task Expired_IsNotSentAndLeavesNoGap()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await LogInAsync(gateway, "ann");
        var past = DateTimeOffset.UtcNow.AddSeconds(-1).ToUnixTimeMilliseconds();
        await SendAsync(gateway, "late", gateway.Register.Logs.Append("", "late", expiresUnixMs: past), past);

        await SendAsync(gateway, "good", gateway.Register.Logs.Append("", "good"));

        Assert.Equal(["good"], await ReadAsync(client, 1));
    }

    [Fact]
    public async Task Store_LosesItsData_NewMessagesAreNotTakenForOld()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await LogInAsync(gateway, "ann");
        await SendAsync(gateway, "old", gateway.Register.Logs.Append("", "old"));
        Assert.Equal(["old"], await ReadAsync(client, 1));

        gateway.Register.Logs.Lose(epoch: 2_000);
        await SendAsync(gateway, "new", gateway.Register.Logs.Append("", "new"));

        Assert.Equal(["new"], await ReadAsync(client, 1));
    }

    [Fact]
    public async Task Client_ThatDoesNotAcknowledge_IsServedAgainWhenItDoes()
    {
        await using var gateway = await RunningGateway.StartAsync(settings: ("Delivery:MaxInFlight", "4"));
        var client = await LogInAsync(gateway, "ann", features: Features.Ack);
        var other = await LogInAsync(gateway, "bob", features: Features.Ack);
        foreach (var i in Enumerable.Range(0, 12))
        {
            await SendAsync(gateway, $"{i}", gateway.Register.Logs.Append("", $"{i}"));
        }

        var got = new List<string>();
        while (got.Count < 12)
        {
            var push = await client.ReadAsync<PushDelivery>(Command.Push);
            got.Add(System.Text.Encoding.UTF8.GetString(push.Payload.Span));
            client.Send(Command.Ack, new Ack { Positions = [new ChannelPosition { Channel = "all", Epoch = push.Epoch, Seq = push.Seq }] });
        }

        Assert.Equal(Numbers(12), got);
        Assert.Equal(Numbers(4), await ReadAsync(other, 4));
        Assert.DoesNotContain(await other.ReadUntilAnsweredAsync(), static frame => frame.Header.Command == Command.Push);
        Assert.Equal(0, ReadsOfAll(gateway));
    }

    [Fact]
    public async Task Session_Ends_ItsCursorIsTold()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await LogInAsync(gateway, "ann");
        var position = gateway.Register.Logs.Append("", "0");
        await SendAsync(gateway, "0", position);
        await ReadAsync(client, 1);
        Assert.NotEqual(position, gateway.Register.Logs.CursorOf("ann", all: true));

        client.Dispose();

        await Eventually.HoldsAsync(() => position.Equals(gateway.Register.Logs.CursorOf("ann", all: true)), "register knows what was written");
    }

    [Fact]
    public async Task Stop_CursorsOfAllWaitForTheirTime_AreToldWithoutIt()
    {
        await using var gateway = await RunningGateway.StartAsync(settings: ("Delivery:SharedCursorInterval", "01:00:00"));
        var client = await LogInAsync(gateway, "ann");
        var position = gateway.Register.Logs.Append("", "0");
        await SendAsync(gateway, "0", position);
        await ReadAsync(client, 1);

        await gateway.StopAsync();

        Assert.Equal(position, gateway.Register.Logs.CursorOf("ann", all: true));
        Assert.Contains("acknowledgements told; 0 not told", gateway.StopSteps);
        Assert.Contains("lease released", gateway.StopSteps);
    }

    private static string[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(static i => $"{i}")];

    private static SharedChannel Channel(RunningGateway gateway) => gateway.Get<SharedLog>().Of(gateway.Apps.Get("default"));

    private static int ReadsOfAll(RunningGateway gateway) => gateway.Register.Logs.Reads.Sum(static read => read.Channels.Count(static channel => channel.User.Length == 0));

    private static async Task<TestClient> LogInAsync(RunningGateway gateway, string user, uint version = ProtocolVersion.Current, params string[] features)
    {
        var client = await gateway.LogInAsync(user, version, features: features);
        await Eventually.HoldsAsync(() => gateway.SessionOf(user).All.WasOpened, "its channels are open");
        return client;
    }

    private static async Task<TestClient[]> LogInAsync(RunningGateway gateway, int users)
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, users).Select(user => gateway.LogInAsync($"u{user}", features: Features.Ack)));
        await Eventually.HoldsAsync(() => gateway.Sessions.All.All(static session => session.All.WasOpened), "their channels are open");
        return clients;
    }

    private static Task SendAsync(RunningGateway gateway, string text, Position position, long expiresUnixMs = 0) => gateway.SendAsync(
        new RoomMessage
        {
            Delivery = new Contracts.Bus.Delivery
            {
                App = "default",
                Everybody = true,
                Audience = Audience.All,
                Push = new Push { Payload = Google.Protobuf.ByteString.CopyFromUtf8(text), Sender = "server", ExpiresUnixMs = expiresUnixMs },
                Positions = { position },
            },
        },
        $"id-{text}");

    /// <summary>The texts of the next messages.</summary>
    private static async Task<List<string>> ReadAsync(TestClient client, int count)
    {
        var texts = new List<string>();
        while (texts.Count < count)
        {
            var frame = await client.ReadAsync();
            texts.Add(frame.Header.Command == Command.Push
                ? System.Text.Encoding.UTF8.GetString(frame.As<PushDelivery>().Payload.Span)
                : frame.As<ChatDelivery>().ChatContent);
        }

        return texts;
    }
}
