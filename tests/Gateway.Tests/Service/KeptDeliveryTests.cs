using Google.Protobuf;
using Grpc.Core;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>Kept messages on real connections: what arrives, in which form, whatever the bus and register do.</summary>
public class KeptDeliveryTests
{
    [Fact]
    public async Task Features_AreGranted()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.ConnectAsync();

        client.Verify("ann", features: [Features.Ack, Features.HeartbeatAck]);

        Assert.Equal([Features.HeartbeatAck, Features.Ack], (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Features);
    }

    [Fact]
    public async Task Push_HasItsPosition_AndIsOnceWhateverTheBusRepeats()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await OpenAsync(gateway, "ann");

        var position = await gateway.PushKeptAsync("ann", "a");
        await gateway.SendKeptAsync("ann", "a", position);
        await gateway.PushKeptAsync("ann", "b");

        var pushes = await client.ReadPushesAsync("a", "b");
        Assert.Equal(("id-a", "inbox", 1_000ul, 1ul, false), (pushes[0].Id, pushes[0].Channel, pushes[0].Epoch, pushes[0].Seq, pushes[0].Notify));
        Assert.Equal(2ul, pushes[1].Seq);
        Assert.Empty(await client.ReadUntilAnsweredAsync());
        Assert.Equal(1, Counts(gateway).Repeats(ChannelKind.Inbox));
        Assert.Equal(2, Counts(gateway).InFlight);
        Assert.Empty(gateway.Register.Logs.Reads);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1100u)]
    public async Task Push_ToAChatClient_HasNoPosition_AndIsAcknowledgedForIt(uint version)
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Keep("138", "before");
        var client = await gateway.LogInAsync("138", version);
        Assert.Equal("""{"chat_from":"server","chat_content":"before"}""", (await client.ReadAsync()).Text);

        var position = await gateway.PushKeptAsync("138", "now");

        Assert.Equal("""{"chat_from":"server","chat_content":"now"}""", (await client.ReadAsync()).Text);
        await Eventually.HoldsAsync(() => gateway.Register.Logs.IsAt("138", position), "what was written is acknowledged");
        Assert.Equal(0, Counts(gateway).InFlight);
    }

    [Fact]
    public async Task Chat_ThatIsKept_HasItsPositionForWhoAcknowledges()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var message = new KeptMessage { Id = "c1", Audience = Audience.Several, Chat = new Chat { ChatFrom = "bob", ChatContent = "hi" } };
        gateway.Register.Logs.Append("default", "ann", message);
        gateway.Register.Logs.Append("default", "carl", message);

        var chat = await (await LogInAsync(gateway, "ann")).ReadAsync<ChatDelivery>(Command.GroupChatDelivery);
        var other = await (await gateway.LogInAsync("carl")).ReadAsync<ChatDelivery>(Command.GroupChatDelivery);

        Assert.Equal(("bob", "hi", "c1", "inbox", 1_000ul, 1ul), (chat.ChatFrom, chat.ChatContent, chat.Id, chat.Channel, chat.Epoch, chat.Seq));
        Assert.Equal(("bob", "hi", "", "", 0ul, 0ul), (other.ChatFrom, other.ChatContent, other.Id, other.Channel, other.Epoch, other.Seq));
    }

    [Fact]
    public async Task NotifyOnly_HasNoPayloadForWhoAcknowledges_AndAllOfItForOthers()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Register.Logs.Append("ann", "12345", notifyOnly: true);
        gateway.Register.Logs.Append("bob", "12345", notifyOnly: true);

        var told = await (await LogInAsync(gateway, "ann")).ReadAsync<PushDelivery>(Command.Push);
        var sent = await (await gateway.LogInAsync("bob")).ReadAsync<PushDelivery>(Command.Push);

        Assert.Equal((true, 5u, "", 1ul), (told.Notify, told.Size, told.TextOf(), told.Seq));
        Assert.Equal((false, 0u, "12345", 1ul), (sent.Notify, sent.Size, sent.TextOf(), sent.Seq));
    }

    [Fact]
    public async Task NotifyOnly_ToAll_IsForEachClientWhatItAskedFor()
    {
        await using var gateway = await RunningGateway.StartAsync();
        TestClient[] clients = [await LogInAsync(gateway, "ann"), await gateway.LogInAsync("bob"), await LogInAsync(gateway, "cid"), await gateway.LogInAsync("dan")];
        await Eventually.HoldsAsync(() => gateway.Sessions.All.All(static session => session.All.WasOpened), "their channels are open");

        var position = gateway.Register.Logs.Append("", "12345", notifyOnly: true);
        await gateway.SendAsync(
            new RoomMessage
            {
                Delivery = new Contracts.Bus.Delivery
                {
                    App = "default",
                    Everybody = true,
                    Audience = Audience.All,
                    Push = new Push { Payload = Google.Protobuf.ByteString.CopyFromUtf8("12345"), Sender = "server" },
                    Positions = { position },
                    NotifyOnly = true,
                },
            },
            "m1");

        var notified = new List<(bool, string)>();
        foreach (var client in clients)
        {
            var push = await client.ReadAsync<PushDelivery>(Command.Push);
            notified.Add((push.Notify, push.TextOf()));
        }

        Assert.Equal([(true, ""), (false, "12345"), (true, ""), (false, "12345")], notified);
    }

    [Fact]
    public async Task TooLargeForAFrame_IsToldOfWithoutItsPayload()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Delivery:MaxFrameBytes", "65536"));
        gateway.Register.Logs.Append(
            "default",
            "ann",
            new KeptMessage { Id = "m1", Audience = Audience.One, Push = new Push { Payload = Google.Protobuf.ByteString.CopyFromUtf8(new string('x', 70_000)), Sender = "server" } });

        var push = await (await LogInAsync(gateway, "ann")).ReadAsync<PushDelivery>(Command.Push);

        Assert.Equal((true, 70_000u, ""), (push.Notify, push.Size, push.TextOf()));
    }

    [Fact]
    public async Task CatchUp_GoesOnAsTheClientAcknowledges()
    {
        await using var gateway = await RunningGateway.StartAsync();
        string[] texts = [.. Enumerable.Range(0, 300).Select(static i => $"t{i}")];
        gateway.Keep("ann", texts);

        var client = await LogInAsync(gateway, "ann");

        foreach (var text in texts)
        {
            client.Acknowledge((await client.ReadPushesAsync(text))[0]);
        }

        Assert.Empty(await client.ReadUntilAnsweredAsync());
        await Eventually.HoldsAsync(() => gateway.Register.Logs.CursorOf("ann")?.Seq == 300, "the cursor is told");
        Assert.Equal(0, Counts(gateway).InFlight);
    }

    [Fact]
    public async Task Window_IsNotPassed_AndOpensByHalf()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Delivery:MaxInFlight", "4"));
        var client = await OpenAsync(gateway, "ann");
        foreach (var text in (string[])["a", "b", "c", "d", "e", "f"])
        {
            await gateway.PushKeptAsync("ann", text);
        }

        await gateway.UntilHandledAsync();
        await client.ReadPushesAsync("a", "b", "c", "d");
        Assert.Empty(await client.ReadUntilAnsweredAsync());
        client.Acknowledge("inbox", 1_000, 2);

        await client.ReadPushesAsync("e", "f");
        Assert.Equal(1, Counts(gateway).TimesBehind(ChannelKind.Inbox));
    }

    [Fact]
    public async Task Bus_ThatReorders_IsPutInOrder_ThatDrops_IsRead()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await OpenAsync(gateway, "ann");
        await gateway.PushKeptAsync("ann", "a");
        await client.ReadPushesAsync("a");
        var b = gateway.Register.Logs.Append("ann", "b");
        await gateway.PushKeptAsync("ann", "c");
        await gateway.SendKeptAsync("ann", "b", b);
        await client.ReadPushesAsync("b", "c");

        gateway.Keep("ann", "d");
        await gateway.PushKeptAsync("ann", "e");

        await client.ReadPushesAsync("d", "e");
        Assert.Empty(await client.ReadUntilAnsweredAsync());
        Assert.True(Counts(gateway).Gaps(ChannelKind.Inbox) >= 1);
    }

    [Fact]
    public async Task Nudge_FindsWhatTheBusLostAtTheTail()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await OpenAsync(gateway, "ann");
        await gateway.PushKeptAsync("ann", "a");
        await client.ReadPushesAsync("a");

        await gateway.NudgeAsync("ann", gateway.Register.Logs.Append("ann", "b"));

        await client.ReadPushesAsync("b");
        await gateway.NudgeAsync("ann", new Position { Epoch = 1_000, Seq = 2 });
        await gateway.UntilHandledAsync();
        Assert.Single(gateway.Register.Logs.Reads);
    }

    [Fact]
    public async Task ComingWhileTheChannelOpens_IsNotLost()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var hold = new TaskCompletionSource();
        var isAsked = new TaskCompletionSource();
        gateway.Register.Logs.OnOpen = _ =>
        {
            isAsked.TrySetResult();
            return hold.Task;
        };
        gateway.Keep("ann", "a");
        var client = await LogInAsync(gateway, "ann");
        await isAsked.Task;

        // 101 did not wait; what comes now is after or before what register reads.
        await gateway.PushKeptAsync("ann", "b");
        await gateway.UntilHandledAsync();
        Assert.Empty(await client.ReadUntilAnsweredAsync());
        hold.SetResult();

        await client.ReadPushesAsync("a", "b");
        Assert.Empty(await client.ReadUntilAnsweredAsync());
    }

    [Fact]
    public async Task Register_ThatIsAway_IsAskedAgain_AndLoginsShareACall()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var failures = 0;
        gateway.Register.Logs.OnOpen = _ => Interlocked.Increment(ref failures) <= 2 ? throw new RpcException(new Status(StatusCode.Unavailable, "away")) : Task.CompletedTask;
        gateway.Register.Logs.OnRead = _ => Interlocked.Increment(ref failures) <= 6 ? throw new RpcException(new Status(StatusCode.Unavailable, "away")) : Task.CompletedTask;
        string[] users = [.. Enumerable.Range(0, 20).Select(static i => $"u{i}")];
        foreach (var user in users)
        {
            gateway.Keep(user, $"for-{user}");
        }

        var clients = await Task.WhenAll(users.Select(user => LogInAsync(gateway, user)));

        for (var i = 0; i < users.Length; i++)
        {
            await clients[i].ReadPushesAsync($"for-{users[i]}");
        }

        await gateway.NudgeAsync("u3", gateway.Register.Logs.Append("u3", "more"));
        await clients[3].ReadPushesAsync("more");
        Assert.Equal(20, Counts(gateway).Opens(again: false));
        Assert.True(gateway.Register.Logs.Opens.Count < 20, $"{gateway.Register.Logs.Opens.Count} calls");
    }

    [Fact]
    public async Task LostLease_ChannelsAreOpenedAgain_AndNothingComesTwice()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await LogInAsync(gateway, "ann");
        await gateway.PushKeptAsync("ann", "a");
        await client.ReadPushesAsync("a");

        gateway.Keep("ann", "b");
        gateway.Register.KillLease();

        await client.ReadPushesAsync("b");
        Assert.Empty(await client.ReadUntilAnsweredAsync());
        Assert.Equal([false, true], gateway.Register.Logs.Opens.SelectMany(static open => open.Readers).Select(static reader => reader.Again));
        client.Acknowledge("inbox", 1_000, 2);
        await Eventually.HoldsAsync(() => gateway.Register.Logs.CursorOf("ann")?.Seq == 2, "acknowledgements of before count");
    }

    [Fact]
    public async Task Store_ThatLostItsData_BeginsANewEpoch_AndItsMessagesAreNew()
    {
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister { Refill = 7 });
        var client = await LogInAsync(gateway, "ann");
        await gateway.PushKeptAsync("ann", "a");
        await gateway.PushKeptAsync("ann", "b");
        await client.ReadPushesAsync("a", "b");
        client.Acknowledge("inbox", 1_000, 2);
        await Eventually.HoldsAsync(() => gateway.Register.Logs.CursorOf("ann")?.Seq == 2, "it is told");

        gateway.Register.Logs.Lose(epoch: 2_000);
        gateway.Register.Refill = 8;
        await Eventually.HoldsAsync(() => Counts(gateway).Opens(again: true) == 1, "the channels are opened again");
        await gateway.PushKeptAsync("ann", "c");

        var push = (await client.ReadPushesAsync("c"))[0];
        Assert.Equal((2_000ul, 1ul), (push.Epoch, push.Seq));
        client.Acknowledge(push);
        await Eventually.HoldsAsync(() => gateway.Register.Logs.CursorOf("ann") is { Epoch: 2_000, Seq: 1 }, "it is told");
    }

    [Fact]
    public async Task SlowReader_WithoutAcks_GetsEverythingInOrderWhenItReads()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Connections:MaxPendingBytes", "65536"));
        var client = await gateway.ConnectAsync(1100, receiveBuffer: 8_192);
        client.Verify("138");
        await client.ReadAsync<VerifyResult>(Command.VerifyResult);
        var padding = new string('x', 20_000);
        var sent = 0;
        while (Counts(gateway).TimesBehind(ChannelKind.Inbox) == 0)
        {
            Assert.True(sent < 2_000, "it is never behind");
            await gateway.PushKeptAsync("138", $"{sent++} {padding}");

            // The bus takes far more than the room has handled.
            await gateway.UntilHandledAsync();
        }

        for (var i = 0; i < 10; i++)
        {
            await gateway.PushKeptAsync("138", $"{sent++} {padding}");
        }

        for (var i = 0; i < sent; i++)
        {
            Assert.StartsWith($"{i} ", (await client.ReadAsync<ChatDelivery>(Command.SingleChatDelivery)).ChatContent, StringComparison.Ordinal);
        }

        Assert.Empty(await client.ReadUntilAnsweredAsync());
        await Eventually.HoldsAsync(() => gateway.Register.Logs.CursorOf("138")?.Seq == (ulong)sent, "all is acknowledged");
    }

    [Fact]
    public async Task Push_ThatIsNoText_DoesNotStopAChatClient()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Register.Logs.Append("default", "138", new KeptMessage { Id = "x", Push = new Push { Payload = ByteString.CopyFrom(0xff, 0xfe) } });
        gateway.Keep("138", "text");

        var client = await gateway.LogInAsync("138", 1100);

        Assert.Equal("text", (await client.ReadAsync<ChatDelivery>(Command.SingleChatDelivery)).ChatContent);
        await Eventually.HoldsAsync(() => gateway.Register.Logs.CursorOf("138")?.Seq == 2, "both are done with");
    }

    [Fact]
    public async Task Expired_IsNotSent()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Register.Logs.Append("ann", "old", expiresUnixMs: 1);
        gateway.Keep("ann", "new");

        await (await LogInAsync(gateway, "ann")).ReadPushesAsync("new");
    }

    [Fact]
    public async Task All_ReachesEverybodyInOrder_AndWhoIsBehindReads()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var ann = await LogInAsync(gateway, "ann");
        var chat = await gateway.LogInAsync("138", 1100);
        await Eventually.HoldsAsync(() => gateway.SessionOf("ann").All.WasOpened && gateway.SessionOf("138").All.WasOpened, "both are open");

        await gateway.PushToAllAsync("a");
        gateway.Register.Logs.Append("", "b");
        await gateway.PushToAllAsync("c");

        var pushes = await ann.ReadPushesAsync("a", "b", "c");
        Assert.Equal(["all", "all", "all"], pushes.Select(static push => push.Channel));
        foreach (var text in (string[])["a", "b", "c"])
        {
            Assert.Equal(text, (await chat.ReadAsync()).As<ChatDelivery>().ChatContent);
        }
    }

    private static ChannelMetrics Counts(RunningGateway gateway) => gateway.Get<ChannelMetrics>();

    /// <summary>Logged in, and what comes on the bus is sent at once.</summary>
    private static async Task<TestClient> OpenAsync(RunningGateway gateway, string user)
    {
        var client = await LogInAsync(gateway, user);
        await Eventually.HoldsAsync(() => gateway.SessionOf(user).Inbox.WasOpened, "the inbox is open");
        return client;
    }

    private static Task<TestClient> LogInAsync(RunningGateway gateway, string user) => gateway.LogInAsync(user, features: Features.Ack);
}
