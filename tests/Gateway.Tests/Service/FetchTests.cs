using Grpc.Core;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Delivery.Fetching;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>Command 13: a client reads its inbox, or "all", behind a position.</summary>
public class FetchTests
{
    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    public async Task Fetch_Inbox_AnswersWithPagesBehindThePosition(uint version)
    {
        await using var gateway = await RunningGateway.StartAsync();
        foreach (var text in new[] { "a", "b", "c" })
        {
            gateway.Register.Logs.Append("ann", text);
        }

        var client = await LogInAsync(gateway, "ann", version);
        var first = await FetchAsync(client, new Fetch { Channel = "inbox", Limit = 2, Id = "f1" });
        var second = await FetchAsync(client, new Fetch { Channel = "inbox", Epoch = first.Epoch, Seq = first.Seq, Limit = 2, Id = "f2" });
        var third = await FetchAsync(client, new Fetch { Channel = "inbox", Epoch = second.Epoch, Seq = second.Seq, Id = "f3" });

        Assert.Equal(("f1", "inbox", 1_000ul, 2ul, true), (first.Id, first.Channel, first.Epoch, first.Seq, first.More));
        Assert.Equal(["a", "b"], first.Messages.Select(TextOf));
        Assert.Equal([1ul, 2], first.Messages.Select(message => message.Seq));
        Assert.Equal(("f2", 3ul, false), (second.Id, second.Seq, second.More));
        Assert.Equal(["c"], second.Messages.Select(TextOf));
        Assert.Equal(("f3", 3ul, false, 0), (third.Id, third.Seq, third.More, third.Messages.Count));
        Assert.Null(gateway.Register.Logs.CursorOf("ann"));
    }

    [Fact]
    public async Task Fetch_All_ReadsTheAppsChannelAndNotTheInbox()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Register.Logs.Append("ann", "mine");
        gateway.Register.Logs.Append("", "everybody's");
        var client = await LogInAsync(gateway, "ann");

        var page = await FetchAsync(client, new Fetch { Channel = "all" });

        Assert.Equal("everybody's", TextOf(Assert.Single(page.Messages)));
    }

    [Fact]
    public async Task Fetch_NotifyOnly_BringsThePayloadAndAcknowledgesNothing()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Register.Logs.Append("ann", "long", notifyOnly: true);
        var client = await gateway.LogInAsync("ann", features: Features.Ack);
        var told = await client.ReadAsync<PushDelivery>(Command.Push);

        var page = await FetchAsync(client, new Fetch { Channel = told.Channel, Epoch = told.Epoch, Seq = told.Seq - 1, Limit = 1 });

        Assert.Equal((true, 4u, 0), (told.Notify, told.Size, told.Payload.Length));
        Assert.Equal("long", TextOf(Assert.Single(page.Messages)));
        Assert.Null(gateway.Register.Logs.CursorOf("ann"));
    }

    [Fact]
    public async Task Fetch_OneUnderWay_IsRateLimitedAndTheFirstIsAnswered()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Register.Logs.Append("ann", "a");
        var client = await LogInAsync(gateway, "ann");
        using var hold = new SemaphoreSlim(0);
        gateway.Register.Logs.OnRead = _ => hold.WaitAsync();

        client.Send(Command.Fetch, new Fetch { Channel = "inbox", Id = "f1" });
        client.Send(Command.Fetch, new Fetch { Channel = "inbox", Id = "f2" });
        var error = await client.ReadErrorAsync(Code.RateLimited);
        Assert.Empty(await client.ReadUntilAnsweredAsync());
        hold.Release(10);

        Assert.Equal((Command.Fetch, "f2"), (error.Command, error.Id));
        Assert.Equal("f1", (await client.ReadAsync<Page>(Command.Page)).Id);
        await FetchAsync(client, new Fetch { Channel = "inbox", Id = "f3" });
    }

    [Fact]
    public async Task Fetch_RegisterIsAway_SaysWhenToTryAgain()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Register.Logs.Append("ann", "a");
        var client = await LogInAsync(gateway, "ann");
        gateway.Register.Logs.OnRead = static _ => throw new RpcException(new Status(StatusCode.Unavailable, "away"));

        client.Send(Command.Fetch, new Fetch { Channel = "inbox", Id = "f1" });
        var error = await client.ReadErrorAsync(Code.TryLater);
        gateway.Register.Logs.OnRead = null;

        Assert.Equal((Command.Fetch, "f1"), (error.Command, error.Id));
        Assert.InRange(error.RetryAfterMs, 2_000u, 3_000u);
        Assert.Single((await FetchAsync(client, new Fetch { Channel = "inbox" })).Messages);
    }

    [Theory]
    [InlineData("outbox", 1_000ul, 0ul, 0u, Code.UnknownChannel, "There is no channel 'outbox'.")]
    [InlineData("", 1_000ul, 0ul, 0u, Code.UnknownChannel, "There is no channel ''.")]
    [InlineData("inbox", 1_000ul, 0ul, 101u, Code.InvalidArgument, "limit is 101; it takes 1 to 100, or none.")]
    [InlineData("inbox", 1_000ul, 2ul, 0u, Code.UnknownPosition, "inbox has not come to 1000-2; its head is 1000-1.")]
    [InlineData("inbox", 1_001ul, 0ul, 0u, Code.UnknownPosition, "inbox has not come to 1001-0; its head is 1000-1.")]
    [InlineData("inbox", 9_007_199_254_740_992ul, 0ul, 0u, Code.UnknownPosition, "(9007199254740992, 0) is beyond the head of the channel.")]
    [InlineData("inbox", 1_000ul, ulong.MaxValue, 0u, Code.UnknownPosition, "(1000, 18446744073709551615) is beyond the head of the channel.")]
    [InlineData("all", 1ul, 1ul, 0u, Code.UnknownPosition, "all has not come to 1-1; its head is 0-0.")]
    public async Task Fetch_Bad_IsRefused(string channel, ulong epoch, ulong seq, uint limit, Code code, string message)
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Register.Logs.Append("ann", "a");
        var client = await LogInAsync(gateway, "ann");

        client.Send(Command.Fetch, new Fetch { Channel = channel, Epoch = epoch, Seq = seq, Limit = limit, Id = "f1" });
        var error = await client.ReadErrorAsync(code);

        Assert.Equal((Command.Fetch, "f1", message), (error.Command, error.Id, error.Message));
        Assert.Equal(1, gateway.Get<ChannelMetrics>().Fetches(FetchOutcome.Refused));
        await FetchAsync(client, new Fetch { Channel = "inbox" });
    }

    [Fact]
    public async Task Fetch_ByAChatClient_IsAnUnknownCommandAsItWas()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann", version: 1);

        client.SendText(Command.Fetch, "not even JSON");

        var error = await client.ReadErrorAsync(Code.UnknownCommand);
        Assert.Equal((Command.Fetch, "Command 13 is not known here."), (error.Command, error.Message));
    }

    [Fact]
    public async Task Fetch_BeforeVerify_IsNotVerified()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.ConnectAsync();

        client.Send(Command.Fetch, new Fetch { Channel = "inbox" });

        await client.ReadErrorAsync(Code.NotVerified);
    }

    [Fact]
    public async Task Fetch_ByMany_SharesCallsAndGivesEachItsOwn()
    {
        await using var gateway = await RunningGateway.StartAsync(settings: ("Delivery:ConcurrentFetches", "1"));
        var clients = new List<(string User, TestClient Client)>();
        for (var i = 0; i < 17; i++)
        {
            gateway.Register.Logs.Append($"u{i}", $"text of {i}");
            clients.Add(($"u{i}", await LogInAsync(gateway, $"u{i}")));
        }

        gateway.Register.Logs.Reads.Clear();
        using var hold = new SemaphoreSlim(0);
        gateway.Register.Logs.OnRead = _ => hold.WaitAsync();
        foreach (var (_, client) in clients)
        {
            client.Send(Command.Fetch, new Fetch { Channel = "inbox" });
            Assert.Empty(await client.ReadUntilAnsweredAsync());
        }

        hold.Release(100);
        foreach (var (user, client) in clients)
        {
            var page = await client.ReadAsync<Page>(Command.Page);
            Assert.Equal($"text of {user[1..]}", TextOf(Assert.Single(page.Messages)));
        }

        Assert.InRange(gateway.Register.Logs.Reads.Count, 3, 4);
        Assert.Equal(17, gateway.Get<ChannelMetrics>().Fetches(FetchOutcome.Answered));
    }

    [Fact]
    public async Task Fetch_ClientLeavesMeanwhile_IsForgotten()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Register.Logs.Append("ann", "a");
        var client = await LogInAsync(gateway, "ann");
        var other = await LogInAsync(gateway, "bob");
        using var hold = new SemaphoreSlim(0);
        gateway.Register.Logs.OnRead = _ => hold.WaitAsync();

        client.Send(Command.Fetch, new Fetch { Channel = "inbox" });
        await client.ReadUntilAnsweredAsync();
        client.Send(Command.Goodbye);
        await client.ReadEndAsync();
        hold.Release(10);

        await FetchAsync(other, new Fetch { Channel = "inbox" });
    }

    [Fact]
    public async Task Fetch_Malformed_EndsTheConnection()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await LogInAsync(gateway, "ann", version: 1);

        client.SendText(Command.Fetch, """{"channel":"inbox","seq":-1}""");

        Assert.Equal("Field seq: not a whole number in range.", (await client.ReadErrorAsync(Code.MalformedBody)).Message);
        await client.ReadEndAsync();
    }

    private static string TextOf(PushDelivery message) => System.Text.Encoding.UTF8.GetString(message.Payload.Span);

    private static async Task<Page> FetchAsync(TestClient client, Fetch fetch)
    {
        client.Send(Command.Fetch, fetch);
        var page = await client.ReadAsync<Page>(Command.Page);
        Assert.Equal(fetch.Id, page.Id);
        return page;
    }

    /// <summary>Its channels are opened, and what was in them was sent and is acknowledged by nobody but the client.</summary>
    private static async Task<TestClient> LogInAsync(RunningGateway gateway, string user, uint version = ProtocolVersion.Current)
    {
        var waiting = gateway.Register.Logs.Read("default", user, new Position(), limit: 100).Entries.Count;
        var client = await gateway.LogInAsync(user, version, features: Features.Ack);
        for (var i = 0; i < waiting; i++)
        {
            await client.ReadAsync<PushDelivery>(Command.Push);
        }

        return client;
    }
}
