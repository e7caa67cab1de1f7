using Microservices.Contracts.Register;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Tests.Running;
using Microservices.Gateway.Uplink;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

public class ChatTests
{
    [Theory]
    [InlineData(2u)]
    [InlineData(1100u)]
    public async Task Chat_GoesUp_FromTheVerifiedUser(uint version)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann", version);

        client.Send(Command.SingleChat, new SingleChat { ChatFrom = "somebody-else", ChatTo = "bob", ChatContent = "你好", Id = "1" });
        client.Send(Command.GroupChat, new GroupChat { ChatFrom = "somebody-else", ChatTo = ["bob", "carl"], ChatContent = "both", Id = "2" });
        client.Send(Command.BroadcastChat, new BroadcastChat { ChatFrom = "somebody-else", ChatContent = "all", Id = "3" });

        var single = await gateway.UplinkAsync();
        var group = await gateway.UplinkAsync();
        var broadcast = await gateway.UplinkAsync();
        var key = gateway.KeyOf("ann");
        Assert.Equal(("default", "ann", gateway.Register.Incarnation, 1ul), (single.App, single.User, single.Incarnation, single.Counter));
        Assert.Equal(key, single.Session);
        Assert.Equal((2u, "1", "你好"), (single.Chat.Command, single.Chat.RequestId, single.Chat.ChatContent));
        Assert.Equal(["bob"], single.Chat.ChatTo);
        Assert.Equal((3u, 2ul), (group.Chat.Command, group.Counter));
        Assert.Equal(["bob", "carl"], group.Chat.ChatTo);
        Assert.Equal((4u, 3ul), (broadcast.Chat.Command, broadcast.Counter));
        Assert.Empty(broadcast.Chat.ChatTo);
    }

    [Fact]
    public async Task Chat_InOnePacket_KeepsItsOrder()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Uplink:MaxInFlightPerConnection", "3"));
        gateway.Bus.OnUplink = async () => await Task.Yield();
        var client = await gateway.LogInAsync("ann");

        client.Send([.. Enumerable.Range(0, 200).SelectMany(i => client.Encode(Command.SingleChat, new SingleChat { ChatTo = "bob", ChatContent = $"{i}" }))]);

        for (var i = 0; i < 200; i++)
        {
            Assert.Equal((ulong)i + 1, (await gateway.UplinkAsync()).Counter);
        }
    }

    [Fact]
    public async Task Chat_ThatThePolicyForbids_IsRefused()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Register.PutApp(new App { Name = "quiet" });
        await Eventually.HoldsAsync(() => gateway.Apps.Find("quiet") is not null, "the app is known");
        var client = await gateway.LogInAsync("ann", app: "quiet");

        client.Send(Command.SingleChat, new SingleChat { ChatTo = "bob", ChatContent = "hi", Id = "1" });
        var single = await client.ReadErrorAsync(Code.Forbidden);
        client.Send(Command.BroadcastChat, new BroadcastChat { ChatContent = "hi", Id = "2" });
        var broadcast = await client.ReadErrorAsync(Code.Forbidden);

        Assert.Equal((Command.SingleChat, "1"), (single.Command, single.Id));
        Assert.Equal((Command.BroadcastChat, "2"), (broadcast.Command, broadcast.Id));
        Assert.Empty(gateway.Uplinks);
    }

    [Fact]
    public async Task Chat_WhosePolicyChanges_FollowsIt()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann");
        gateway.Register.PutApp(new App { Name = "default" });
        await Eventually.HoldsAsync(() => !gateway.SessionOf("ann").App.Policy.MayChat, "the change has come");

        client.Send(Command.SingleChat, new SingleChat { ChatTo = "bob", ChatContent = "hi" });

        await client.ReadErrorAsync(Code.Forbidden);
    }

    [Fact]
    public async Task Chat_OverALimit_NamesValueAndLimit()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Register.PutApp(new App { Name = "default", Chat = new ChatPolicy { Users = true, MaxRecipients = 2 }, MaxPayloadBytes = 10 });
        await Eventually.HoldsAsync(() => gateway.Apps.Find("default")!.Policy.MaxRecipients == 2, "the app is known");
        var client = await gateway.LogInAsync("ann");

        client.Send(Command.GroupChat, new GroupChat { ChatTo = ["a", "b", "c"], ChatContent = "hi" });
        Assert.Equal("chat_to has 3 recipients; the limit is 2.", (await client.ReadErrorAsync(Code.TooManyRecipients)).Message);
        client.Send(Command.SingleChat, new SingleChat { ChatTo = "bob", ChatContent = "12345678901" });
        Assert.Equal("chat_content has 11 bytes; the limit is 10.", (await client.ReadErrorAsync(Code.PayloadTooLarge)).Message);
        client.Send(Command.SingleChat, new SingleChat { ChatContent = "hi" });
        await client.ReadErrorAsync(Code.InvalidArgument);
        client.Send(Command.GroupChat, new GroupChat { ChatContent = "hi" });
        await client.ReadErrorAsync(Code.InvalidArgument);
        Assert.Empty(gateway.Uplinks);
    }

    [Theory]
    [InlineData(ProtocolVersion.Current)]
    [InlineData(1100u)]
    public async Task Chat_FasterThanTheAppAllows_IsRefusedAndCounted_TheRestGoesUp(uint version)
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Connections:MaxErrorsPerSecond", "100"));
        gateway.Register.PutApp(new App { Name = "default", Chat = new ChatPolicy { Users = true, Broadcast = true, MaxPerSecond = 1, Burst = 3 } });
        await Eventually.HoldsAsync(() => gateway.Apps.Find("default")!.Policy.ChatRate.Burst == 3, "the app is known");
        var client = await gateway.LogInAsync("ann", version);
        var other = await gateway.LogInAsync("bob", version);

        client.Send([.. Enumerable.Range(0, 40).SelectMany(i => client.Encode(Command.BroadcastChat, new BroadcastChat { ChatContent = $"{i}", Id = $"r{i}" }))]);
        other.Send(Command.SingleChat, new SingleChat { ChatTo = "ann", ChatContent = "of bob" });

        // The fourth one comes within a second of the first three.
        var errors = (await client.ReadUntilAnsweredAsync()).Select(static frame => frame.As<Error>()).ToArray();
        Assert.InRange(errors.Length, 1, 37);
        Assert.All(errors, error => Assert.Equal((Command.BroadcastChat, Code.RateLimited, "rate_limited"), (error.Command, error.Code, error.Reason)));
        Assert.All(errors, error => Assert.InRange(error.RetryAfterMs, 1u, 1_000u));
        Assert.Equal(errors.Length, gateway.Metrics.Uplinks(UplinkOutcome.RateLimited));
        await Eventually.HoldsAsync(() => gateway.Metrics.Uplinks(UplinkOutcome.Accepted) == 41 - errors.Length, "the others go up");
        Assert.Empty(await other.ReadUntilAnsweredAsync());
        Assert.Equal(2, gateway.Sessions.Count);
    }

    [Fact]
    public async Task Chat_WhileTheBusIsAway_IsAnsweredTryLater()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("138", 1100);
        gateway.Bus.IsAway = true;

        client.SendText(Command.SingleChat, """{"chat_to":"139","chat_content":"hi","id":"r7"}""");

        var error = await client.ReadErrorAsync(Code.TryLater);
        Assert.Equal((Command.SingleChat, "r7"), (error.Command, error.Id));
    }

    [Fact]
    public async Task Chat_WithTooManyUnconfirmed_IsNotReadUntilThereIsRoom()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Uplink:MaxInFlightPerConnection", "2"));
        var confirm = new TaskCompletionSource();
        var asked = 0;
        gateway.Bus.OnUplink = () =>
        {
            Interlocked.Increment(ref asked);
            return confirm.Task;
        };
        var client = await gateway.LogInAsync("ann");
        for (var i = 0; i < 5; i++)
        {
            client.Send(Command.SingleChat, new SingleChat { ChatTo = "bob", ChatContent = $"{i}" });
        }

        await Eventually.HoldsAsync(() => Volatile.Read(ref asked) == 2, "two are under way");
        Assert.Equal(2, gateway.Metrics.FramesIn(Command.SingleChat));
        confirm.SetResult();

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal($"{i}", (await gateway.UplinkAsync()).Chat.ChatContent);
        }
    }

    [Fact]
    public async Task Chat_WithTooManyUnconfirmedOfAll_WaitsForASlot()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Uplink:MaxInFlight", "1"));
        var confirm = new TaskCompletionSource();
        gateway.Bus.OnUplink = () => confirm.Task;
        var ann = await gateway.LogInAsync("ann");
        var bob = await gateway.LogInAsync("bob");

        ann.Send(Command.SingleChat, new SingleChat { ChatTo = "x", ChatContent = "of ann" });
        await Eventually.HoldsAsync(() => gateway.Get<UplinkSender>().InFlight == 1, "one is under way");
        bob.Send(Command.SingleChat, new SingleChat { ChatTo = "x", ChatContent = "of bob 1" });
        bob.Send(Command.SingleChat, new SingleChat { ChatTo = "x", ChatContent = "of bob 2" });
        await Eventually.HoldsAsync(() => gateway.Metrics.FramesIn(Command.SingleChat) == 2, "the second waits");
        confirm.SetResult();

        Assert.Equal(["of ann", "of bob 1", "of bob 2"], [(await gateway.UplinkAsync()).Chat.ChatContent, (await gateway.UplinkAsync()).Chat.ChatContent, (await gateway.UplinkAsync()).Chat.ChatContent]);
    }
}
