using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Gateway.Delivery.Channels;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Binding;

/// <summary>Messages of several apps on one connection, both ways, each with its own flows.</summary>
public class BoundDeliveryTests
{
    [Fact]
    public async Task Push_ToTheBoundApp_NamesIt()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.LogInWithAsync("shop");

        await gateway.PushToAsync("shop", gateway.KeyOf("ann-shop"), "hello");

        Assert.Equal("shop", (await client.ReadPushesAsync("hello"))[0].App);
    }

    [Fact]
    public async Task Everybody_OfTheBoundApp_ReachesIt()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop", "news"));
        var client = await gateway.LogInWithAsync("shop");
        var other = await gateway.LogInAsync("bob");
        await other.BindAsync("news");

        await gateway.SendAsync(new RoomMessage
        {
            Delivery = new Contracts.Bus.Delivery { App = "shop", Audience = Audience.All, Everybody = true, Push = new Push { Payload = ByteString.CopyFromUtf8("sale") } },
        });

        await client.ReadPushesAsync("sale");
        Assert.Empty(await other.ReadUntilAnsweredAsync());
    }

    [Fact]
    public async Task Kept_ToBothApps_IsAcknowledgedApart()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.LogInWithAsync("shop");
        await gateway.KeepAndPushAsync("default", "ann", "mine");
        var mine = (await client.ReadPushesAsync("mine"))[0];
        await gateway.KeepAndPushAsync("shop", "ann-shop", "the shop's");
        var shops = (await client.ReadPushesAsync("the shop's"))[0];
        Assert.Equal((mine.Channel, mine.Epoch, mine.Seq), (shops.Channel, shops.Epoch, shops.Seq));

        client.Acknowledge("shop", shops);
        await Eventually.HoldsAsync(() => gateway.Register.Logs.CursorOf("ann-shop", app: "shop")?.Seq == shops.Seq, "the shop's is told");
        Assert.Null(gateway.Register.Logs.CursorOf("ann"));
        Assert.Equal(1, gateway.Get<ChannelMetrics>().InFlight);

        client.Acknowledge("", mine);
        await Eventually.HoldsAsync(() => gateway.Register.Logs.CursorOf("ann")?.Seq == mine.Seq, "mine is told");
        Assert.Equal(0, gateway.Get<ChannelMetrics>().InFlight);
    }

    [Fact]
    public async Task Kept_BeforeTheBind_ComesBehindItsAnswer()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        gateway.Register.Logs.Append("ann-shop", "kept", "shop");

        var client = await gateway.LogInWithAsync("shop");

        await client.ReadPushesAsync("kept");
    }

    [Fact]
    public async Task Windows_OfTheApps_AreApart()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"), true, ("Delivery:MaxInFlight", "1"));
        var client = await gateway.LogInWithAsync("shop");
        await gateway.KeepAndPushAsync("shop", "ann-shop", "s1");
        await gateway.KeepAndPushAsync("shop", "ann-shop", "s2");
        var first = (await client.ReadPushesAsync("s1"))[0];

        await gateway.KeepAndPushAsync("default", "ann", "mine");
        await client.ReadPushesAsync("mine");
        client.Acknowledge("shop", first);

        await client.ReadPushesAsync("s2");
    }

    [Fact]
    public async Task Channels_AfterTheUnbind_SendNothingMore()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"), true, ("Delivery:MaxInFlight", "1"));
        var client = await gateway.LogInWithAsync("shop");
        await gateway.KeepAndPushAsync("shop", "ann-shop", "s1");
        await gateway.KeepAndPushAsync("shop", "ann-shop", "s2");
        var first = (await client.ReadPushesAsync("s1"))[0];

        client.Send(Command.Unbind, new Unbind { App = "shop" });
        await client.ReadUnboundAsync("shop", Code.Goodbye);
        client.Acknowledge("shop", first, "late");

        var error = await client.ReadErrorAsync(Code.NotBound);
        Assert.Equal((Command.Ack, "late", "shop"), (error.Command, error.Id, error.App));
        Assert.Empty(await client.ReadUntilAnsweredAsync());
        Assert.Equal(0, gateway.Get<ChannelMetrics>().InFlight);
    }

    [Fact]
    public async Task Bind_AfterAnUnbind_BeginsBehindWhatWasAcknowledged()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.LogInWithAsync("shop");
        await gateway.KeepAndPushAsync("shop", "ann-shop", "s1");
        await gateway.KeepAndPushAsync("shop", "ann-shop", "s2");
        client.Acknowledge("shop", (await client.ReadPushesAsync("s1", "s2"))[0]);
        await Eventually.HoldsAsync(() => gateway.Register.Logs.CursorOf("ann-shop", app: "shop")?.Seq == 1, "it is told");
        client.Send(Command.Unbind, new Unbind { App = "shop" });
        await client.ReadUnboundAsync("shop", Code.Goodbye);

        await client.BindAsync("shop");

        await client.ReadPushesAsync("s2");
    }

    [Fact]
    public async Task AckTimeout_OfABoundApp_EndsTheConnection()
    {
        var register = Binders.Register("shop");
        register.PutApp(new App { Name = "shop", Keep = new KeepPolicy { AckTimeoutMs = 1_000 } });
        await using var gateway = await RunningGateway.StartAsync(register);
        var client = await gateway.LogInWithAsync("shop");
        await gateway.KeepAndPushAsync("shop", "ann-shop", "s1");
        await client.ReadPushesAsync("s1");

        Assert.Equal(Code.AckTimeout, (await client.ReadAsync<Directive>(Command.Directive)).Code);
        await client.ReadEndAsync();
        await Eventually.HoldsAsync(() => register.Ends.Count(end => end.Code == (uint)Code.AckTimeout) == 2, "both have ended");
    }

    [Fact]
    public async Task Ack_OfAnotherAppsPosition_IsUnknownThere()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.LogInWithAsync("shop");
        await gateway.KeepAndPushAsync("default", "ann", "mine");
        var mine = (await client.ReadPushesAsync("mine"))[0];

        client.Acknowledge("shop", mine, "a1");

        var error = await client.ReadErrorAsync(Code.UnknownPosition);
        Assert.Equal(("a1", "shop"), (error.Id, error.App));
        Assert.Equal(1, gateway.Get<ChannelMetrics>().InFlight);
    }

    [Theory]
    [InlineData("news", "news")]
    [InlineData("No Name", "")]
    public async Task AckAndFetch_OfAnAppThatIsNotBound_AreRefused(string app, string told)
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop", "news"));
        gateway.Register.Logs.Append("ann-news", "secret", "news");
        var client = await gateway.LogInWithAsync("shop");

        client.Send(Command.Ack, new Ack { Positions = [new ChannelPosition { Channel = "inbox", Epoch = 1_000, Seq = 1 }], App = app, Id = "a1" });
        var ack = await client.ReadErrorAsync(Code.NotBound);
        client.Send(Command.Fetch, new Fetch { Channel = "inbox", App = app, Id = "f1" });
        var fetch = await client.ReadErrorAsync(Code.NotBound);
        client.Send(Command.SingleChat, new SingleChat { ChatTo = "bob", ChatContent = "hi", App = app, Id = "c1" });
        var chat = await client.ReadErrorAsync(Code.NotBound);

        Assert.Equal([(Command.Ack, "a1", told), (Command.Fetch, "f1", told), (Command.SingleChat, "c1", told)], [.. from e in (Error[])[ack, fetch, chat] select (e.Command, e.Id, e.App)]);
        Assert.Empty(gateway.Uplinks);
        Assert.Empty(gateway.Register.Logs.Reads);
    }

    [Fact]
    public async Task Fetch_OfABoundApp_ReadsItsChannelAndSaysSo()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        gateway.Register.Logs.Append("ann", "mine");
        gateway.Register.Logs.Append("ann-shop", "the shop's", "shop");
        var client = await gateway.LogInAsync("ann");
        client.Send(Command.Bind, new Bind { App = "shop", User = "ann-shop", Token = "token-ann-shop" });
        TestFrame[] frames = [await client.ReadAsync(), await client.ReadAsync(), await client.ReadAsync()];
        Assert.Equal([Command.Push, Command.Push, Command.BindResult], frames.Select(frame => frame.Header.Command).Order());

        client.Send(Command.Fetch, new Fetch { Channel = "inbox", App = "shop", Id = "f1" });
        client.Send(Command.Fetch, new Fetch { Channel = "inbox", App = "default", Id = "f2" });

        Page[] pages = [await client.ReadAsync<Page>(Command.Page), await client.ReadAsync<Page>(Command.Page)];
        var shop = pages.Single(page => page.Id == "f1");
        var own = pages.Single(page => page.Id == "f2");
        Assert.Equal(("shop", "the shop's", "shop"), (shop.App, shop.Messages.Single().TextOf(), shop.Messages.Single().App));
        Assert.Equal(("", "mine"), (own.App, own.Messages.Single().TextOf()));
    }

    [Theory]
    [InlineData("shop", "shop", "ann-shop")]
    [InlineData("", "default", "ann")]
    [InlineData("default", "default", "ann")]
    public async Task Chat_GoesUpAsTheUserOfItsApp(string app, string expectedApp, string expectedUser)
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.LogInWithAsync("shop");

        client.Send(Command.SingleChat, new SingleChat { ChatFrom = "mallory", ChatTo = "bob", ChatContent = "hi", App = app });

        var message = await gateway.UplinkAsync();
        Assert.Equal((expectedApp, expectedUser), (message.App, message.User));
        Assert.Equal(gateway.KeyOf(expectedUser), message.Session);
    }

    [Fact]
    public async Task Chat_ToABoundSession_NamesTheApp_KeptOrNot()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.LogInWithAsync("shop");
        var plain = await gateway.LogInAsync("ann-plain", app: "shop");
        var chat = new Chat { ChatFrom = "bob", ChatContent = "hi" };

        await gateway.SendAsync(new RoomMessage
        {
            Delivery = new Contracts.Bus.Delivery { App = "shop", Audience = Audience.One, Chat = chat, Recipients = { gateway.KeyOf("ann-shop"), gateway.KeyOf("ann-plain") } },
        });
        var position = gateway.Register.Logs.Append("shop", "ann-shop", new KeptMessage { Id = "k", Audience = Audience.One, Chat = chat });
        await gateway.SendAsync(new RoomMessage
        {
            Delivery = new Contracts.Bus.Delivery { App = "shop", Audience = Audience.One, Chat = chat, Recipients = { gateway.KeyOf("ann-shop") }, Positions = { position } },
        });

        var direct = await client.ReadAsync<ChatDelivery>(Command.SingleChatDelivery);
        var kept = await client.ReadAsync<ChatDelivery>(Command.SingleChatDelivery);
        Assert.Equal(("bob", "hi", "shop", ""), (direct.ChatFrom, direct.ChatContent, direct.App, direct.Channel));
        Assert.Equal(("bob", "hi", "shop", "inbox", position.Seq), (kept.ChatFrom, kept.ChatContent, kept.App, kept.Channel, kept.Seq));
        Assert.Equal(("bob", "hi", ""), (await plain.ReadAsync<ChatDelivery>(Command.SingleChatDelivery)) is var other ? (other.ChatFrom, other.ChatContent, other.App) : default);
    }

    [Fact]
    public async Task Notice_ForABoundSession_NamesTheApp()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.LogInWithAsync("shop");

        foreach (var user in new[] { "ann-shop", "ann" })
        {
            await gateway.SendAsync(new RoomMessage { Notice = new Notice { Session = gateway.KeyOf(user), Command = 2, RequestId = "r", Code = (uint)Code.NotDelivered, Message = "m" } });
        }

        Assert.Equal("shop", (await client.ReadErrorAsync(Code.NotDelivered)).App);
        Assert.Equal("", (await client.ReadErrorAsync(Code.NotDelivered)).App);
    }
}
