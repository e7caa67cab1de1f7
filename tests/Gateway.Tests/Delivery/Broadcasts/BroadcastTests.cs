using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Gateway.Delivery;
using Microservices.Gateway.Delivery.Broadcasts;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Tests.Binding;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;
using SessionKey = Microservices.Contracts.Bus.SessionKey;

namespace Microservices.Gateway.Tests.Delivery.Broadcasts;

/// <summary>Broadcasts that gather before they leave: they leave when the test says so.</summary>
public class BroadcastTests
{
    private readonly GatherTime _time = new();
    private readonly FakeRegister _register = new()
    {
        ResumeKeys = new ResumeKeys { Keys = { new ResumeKey { Id = 1, Secret = ByteString.CopyFrom(new byte[32]) } } },
    };

    [Fact]
    public async Task Burst_LeavesInOneSendForEachSession_InOrder()
    {
        await using var gateway = await StartAsync();
        TestClient[] clients = [await gateway.LogInAsync("ann"), await gateway.LogInAsync("bob"), await gateway.LogInAsync("138", 1100), await gateway.LogInOverWebSocketAsync("web"), await gateway.LogInOverWebSocketAsync("page", 1100)];
        var counts = gateway.Get<FanOutMetrics>();

        await BroadcastAsync(gateway, Enumerable.Range(1, 10));
        Assert.Equal((10, 0), (counts.Broadcasts, counts.Sends));
        await LeaveAsync(gateway);

        foreach (var client in clients)
        {
            Assert.Equal(Numbers(1, 10), await ReadAsync(client, 10));
        }

        Assert.Equal((1, clients.Length), (counts.Passes, counts.Sends));
        Assert.Equal(10 * 3, gateway.Metrics.FramesOut(Command.Push));
        Assert.Equal(10 * 2, gateway.Metrics.FramesOut(Command.BroadcastChatDelivery));
    }

    [Fact]
    public async Task MessageToOne_ComesBehindTheBroadcastsBeforeIt_AndTheyComeOnce()
    {
        await using var gateway = await StartAsync();
        var ann = await gateway.LogInAsync("ann");
        var bob = await gateway.LogInAsync("bob");
        await BroadcastAsync(gateway, [1, 2]);
        await gateway.PushAsync(new Push { Payload = ByteString.CopyFromUtf8("to ann") }, Audience.One, gateway.KeyOf("ann"));
        await BroadcastAsync(gateway, [3]);

        Assert.Equal(["1", "2", "to ann"], await ReadAsync(ann, 3));
        await LeaveAsync(gateway);

        Assert.Equal(["3"], await ReadAsync(ann, 1));
        Assert.Equal(["1", "2", "3"], await ReadAsync(bob, 3));
        Assert.Empty(await ann.ReadUntilAnsweredAsync());
        Assert.Empty(await bob.ReadUntilAnsweredAsync());
    }

    [Fact]
    public async Task SenderOfABroadcast_GetsTheOthersOnly()
    {
        await using var gateway = await StartAsync();
        var ann = await gateway.LogInAsync("ann");
        var bob = await gateway.LogInAsync("bob");
        await BroadcastAsync(gateway, [1]);
        await BroadcastAsync(gateway, [2], except: gateway.KeyOf("ann"));
        await BroadcastAsync(gateway, [3], except: gateway.KeyOf("bob"));
        await BroadcastAsync(gateway, [4]);
        await LeaveAsync(gateway);

        Assert.Equal(["1", "3", "4"], await ReadAsync(ann, 3));
        Assert.Equal(["1", "2", "4"], await ReadAsync(bob, 3));
        Assert.Empty(await ann.ReadUntilAnsweredAsync());
        Assert.Empty(await bob.ReadUntilAnsweredAsync());
    }

    [Fact]
    public async Task WhoLogsInWhileTheyGather_GetsWhatComesFromThenOn()
    {
        await using var gateway = await StartAsync();
        await gateway.LogInAsync("ann");
        await BroadcastAsync(gateway, [1]);
        var late = await gateway.LogInAsync("late");
        await BroadcastAsync(gateway, [2]);
        await LeaveAsync(gateway);

        Assert.Equal(["2"], await ReadAsync(late, 1));
        Assert.Empty(await late.ReadUntilAnsweredAsync());
    }

    [Fact]
    public async Task LinkBreaksWhileTheyGather_WhoResumesGetsEachOnce()
    {
        await using var gateway = await StartAsync();
        var (first, ticket) = await LogInWithTicketAsync(gateway);
        await BroadcastAsync(gateway, [1]);
        first.Dispose();
        await Eventually.HoldsAsync(() => gateway.SessionOf("ann").IsClosing, "the link's end is known");
        await BroadcastAsync(gateway, [2]);

        var second = await ResumeAsync(gateway, ticket);
        await BroadcastAsync(gateway, [3]);
        await LeaveAsync(gateway);

        Assert.Equal(["1", "2", "3"], await ReadAsync(second, 3));
        Assert.Empty(await second.ReadUntilAnsweredAsync());
    }

    [Fact]
    public async Task RegisterTellsOfTheDisplacedBeforeItAnswers_WhoResumesGetsWhatGathered()
    {
        await using var gateway = await StartAsync();
        var (first, ticket) = await LogInWithTicketAsync(gateway);
        var key = gateway.KeyOf("ann");
        await BroadcastAsync(gateway, [1]);
        first.Dispose();
        await Eventually.HoldsAsync(() => gateway.SessionOf("ann").IsClosing, "the link's end is known");
        await BroadcastAsync(gateway, [2]);
        _register.AfterClaim = async _ =>
        {
            await gateway.SendAsync(new RoomMessage { Close = new CloseSessions { Code = (uint)Code.Displaced, Sessions = { key } } });
            await gateway.UntilHandledAsync();
        };

        var second = await ResumeAsync(gateway, ticket);
        await LeaveAsync(gateway);

        Assert.Equal(["1", "2"], await ReadAsync(second, 2));
        Assert.Empty(await second.ReadUntilAnsweredAsync());
    }

    [Fact]
    public async Task LinkThatIsNotKnownToBeBroken_WhoResumesGetsWhatGathered()
    {
        await using var gateway = await StartAsync();
        var (_, ticket) = await LogInWithTicketAsync(gateway);
        await BroadcastAsync(gateway, [1]);

        var second = await ResumeAsync(gateway, ticket);
        await BroadcastAsync(gateway, [2]);
        await LeaveAsync(gateway);

        Assert.Equal(["1", "2"], await ReadAsync(second, 2));
        Assert.Empty(await second.ReadUntilAnsweredAsync());
    }

    [Fact]
    public async Task LinkBreaksWhileThoseOfABoundAppGather_WhoBindsWithItsTicketGetsEachOnce()
    {
        _register.PutApp(new App { Name = "shop" });
        await using var gateway = await StartAsync();
        var first = await gateway.LogInWithAsync();
        var ticket = (await first.BindAsync("shop")).Resume;
        await BroadcastAsync(gateway, [1], app: "shop");
        first.Dispose();
        await Eventually.HoldsAsync(() => gateway.SessionOf("ann-shop").IsClosing, "the link's end is known");
        await BroadcastAsync(gateway, [2], app: "shop");

        var second = await gateway.LogInWithAsync();
        Assert.True((await second.BindAsync("shop", resume: ticket)).Resumed);
        await BroadcastAsync(gateway, [3], app: "shop");
        await LeaveAsync(gateway, "shop");

        Assert.Equal(["1", "2", "3"], await ReadAsync(second, 3));
        Assert.Empty(await second.ReadUntilAnsweredAsync());
    }

    [Fact]
    public async Task ConnectionThatIsClosedWhileThoseOfABoundAppGather_GetsThemFirst()
    {
        _register.PutApp(new App { Name = "shop" });
        await using var gateway = await StartAsync();
        var ann = await gateway.LogInWithAsync("shop");
        await BroadcastAsync(gateway, [1, 2], app: "shop");
        await BroadcastAsync(gateway, [3]);
        await gateway.SendAsync(new RoomMessage { Close = new CloseSessions { Code = (uint)Code.Kicked, Sessions = { gateway.KeyOf("ann") } } });

        Assert.Equal(["1", "2", "3"], (await ReadAsync(ann, 3)).Order());
        Assert.Equal(Code.Kicked, (await ann.ReadAsync<Directive>(Command.Directive)).Code);
    }

    [Fact]
    public async Task SessionThatIsClosedWhileTheyGather_GetsThemFirst()
    {
        await using var gateway = await StartAsync();
        var ann = await gateway.LogInAsync("ann");
        await BroadcastAsync(gateway, [1, 2]);
        await gateway.SendAsync(new RoomMessage { Close = new CloseSessions { Code = (uint)Code.Kicked, Sessions = { gateway.KeyOf("ann") } } });

        Assert.Equal(["1", "2"], await ReadAsync(ann, 2));
        Assert.Equal(Code.Kicked, (await ann.ReadAsync<Directive>(Command.Directive)).Code);
        await LeaveAsync(gateway);
        await ann.ReadEndAsync();
    }

    [Fact]
    public async Task GatewayThatStopsWhileTheyGather_SendsThemFirst()
    {
        await using var gateway = await StartAsync();
        var ann = await gateway.LogInAsync("ann");
        await BroadcastAsync(gateway, [1, 2]);

        var stopping = gateway.StopAsync();

        Assert.Equal(["1", "2"], await ReadAsync(ann, 2));
        Assert.Equal(Code.GoingAway, (await ann.ReadAsync<Directive>(Command.Directive)).Code);
        ann.Dispose();
        await stopping;
    }

    [Fact]
    public async Task TooManyAtOnce_WaitAndAllArrive()
    {
        const int Most = 2 * BroadcastBatch.MaxCount + 10;
        await using var gateway = await StartAsync();
        var ann = await gateway.LogInAsync("ann");

        for (var i = 1; i <= Most; i++)
        {
            await gateway.SendAsync(Broadcast(i));
        }

        await Eventually.HoldsAsync(() => gateway.Get<FanOutMetrics>().Broadcasts == BroadcastBatch.MaxCount, "one waits for room");
        var reading = ReadAsync(ann, Most);
        await Eventually.HoldsAsync(
            () =>
            {
                _time.Leave();
                return reading.IsCompleted;
            },
            "all have come");
        Assert.Equal(Numbers(1, Most), await reading);
        Assert.True(gateway.Get<FanOutMetrics>().Passes >= 3);
    }

    [Fact]
    public async Task ReaderThatStopped_LosesOnlyWhatHasNoRoom_OthersGetAll()
    {
        await using var gateway = await StartAsync(("Connections:MaxPendingBytes", "65536"));
        var stuck = await gateway.LogInAsync("stuck");
        var other = await gateway.LogInAsync("other");
        var sent = 0;
        while (gateway.Metrics.Drops(DropCause.OutboxFull) == 0)
        {
            Assert.True(sent < 2_000, "nothing is dropped");
            await BroadcastAsync(gateway, Enumerable.Range(sent + 1, 3), padding: 15_000);
            await LeaveAsync(gateway);
            sent += 3;
            Assert.Equal(Numbers(sent - 2, 3), await ReadAsync(other, 3));
        }

        var got = sent - (int)gateway.Metrics.Drops(DropCause.OutboxFull);
        Assert.InRange(gateway.Metrics.Drops(DropCause.OutboxFull), 1, 3);
        Assert.Equal(Numbers(1, got - 1), await ReadAsync(stuck, got - 1));
    }

    [Fact]
    public async Task PayloadThatIsNoText_IsCountedForChatClients_OthersGetIt()
    {
        await using var gateway = await StartAsync();
        var ann = await gateway.LogInAsync("ann");
        var chat = await gateway.LogInAsync("138", 1100);
        await BroadcastAsync(gateway, [1]);
        var binary = Broadcast(2);
        binary.Delivery.Push.Payload = ByteString.CopyFrom(0xFF, 0xFE);
        await gateway.SendAsync(binary);
        await BroadcastAsync(gateway, [3]);
        await LeaveAsync(gateway);

        Assert.Equal(["1", "3"], await ReadAsync(chat, 2));
        Assert.Equal(3, (await ReadAsync(ann, 3)).Length);
        Assert.Equal(1, gateway.Metrics.Drops(DropCause.NotText));
    }

    [Fact]
    public async Task RepeatOfOneThatWaitedForRoom_WhenItsBusWasLost_IsNew()
    {
        await using var gateway = await StartAsync();
        var ann = await gateway.LogInAsync("ann");
        await BroadcastAsync(gateway, Enumerable.Range(1, BroadcastBatch.MaxCount));
        var inbox = gateway.Get<RoomInbox>();
        var message = Broadcast(BroadcastBatch.MaxCount + 1);
        message.Id = "waits";
        using var lost = new CancellationTokenSource();
        var waiting = inbox.HandleAsync(message, lost.Token).AsTask();
        Assert.False(waiting.IsCompleted);

        await lost.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await LeaveAsync(gateway);
        await inbox.HandleAsync(message, TestContext.Current.CancellationToken);
        await LeaveAsync(gateway);

        Assert.Equal(Numbers(1, BroadcastBatch.MaxCount + 1), await ReadAsync(ann, BroadcastBatch.MaxCount + 1));
    }

    private static RoomMessage Broadcast(int number, SessionKey? except = null, int padding = 0, string app = "default") => new()
    {
        Delivery = new Contracts.Bus.Delivery
        {
            App = app,
            Audience = Audience.All,
            Everybody = true,
            Except = except,
            Push = new Push { Payload = ByteString.CopyFromUtf8($"{number}".PadRight(padding)), Sender = "news" },
        },
    };

    private static async Task BroadcastAsync(RunningGateway gateway, IEnumerable<int> numbers, SessionKey? except = null, int padding = 0, string app = "default")
    {
        foreach (var number in numbers)
        {
            await gateway.SendAsync(Broadcast(number, except, padding, app));
        }

        await gateway.UntilHandledAsync();
    }

    private static string[] Numbers(int first, int count) => [.. Enumerable.Range(first, count).Select(static number => $"{number}")];

    private static async Task<string[]> ReadAsync(TestClient client, int count)
    {
        var texts = new string[count];
        for (var i = 0; i < count; i++)
        {
            var frame = await client.ReadAsync();
            texts[i] = frame.Header.Command == Command.Push
                ? System.Text.Encoding.UTF8.GetString(frame.As<PushDelivery>().Payload.Span).TrimEnd()
                : frame.As<ChatDelivery>().ChatContent.TrimEnd();
        }

        return texts;
    }

    private Task<RunningGateway> StartAsync(params (string Key, string Value)[] settings) =>
        RunningGateway.StartAsync(_register, _time, [("Delivery:GatherAboveSessions", "0"), ("Parking:Time", "00:01:00"), .. settings]);

    private async Task LeaveAsync(RunningGateway gateway, string app = "default")
    {
        Assert.True(_time.Leave(), "nothing has gathered");
        await Eventually.HoldsAsync(() => !gateway.Apps.Find(app)!.Broadcasts.IsPending, "all sessions have been sent them");
    }

    private static async Task<(TestClient Client, string Ticket)> LogInWithTicketAsync(RunningGateway gateway)
    {
        var client = await gateway.ConnectAsync();
        client.Send(Command.Verify, new Verify { User = "ann", Token = "token-ann", Sdk = "test/1" });
        return (client, (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Resume);
    }

    private static async Task<TestClient> ResumeAsync(RunningGateway gateway, string ticket)
    {
        var client = await gateway.ConnectAsync();
        client.Send(Command.Verify, new Verify { Resume = ticket, Sdk = "test/1" });
        Assert.True((await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Resumed);
        return client;
    }
}
