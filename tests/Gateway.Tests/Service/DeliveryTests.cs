using System.Text;
using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

public class DeliveryTests
{
    [Theory]
    [InlineData(Audience.One, Command.SingleChatDelivery)]
    [InlineData(Audience.Several, Command.GroupChatDelivery)]
    [InlineData(Audience.All, Command.BroadcastChatDelivery)]
    public async Task Chat_ComesInEachClientsVersion(Audience audience, Command command)
    {
        await using var gateway = await RunningGateway.StartAsync();
        uint[] versions = [0, 1, 2, 1100];
        var clients = new List<TestClient>();
        foreach (var version in versions)
        {
            clients.Add(await gateway.LogInAsync($"user-{version}", version));
        }

        await gateway.SendAsync(new RoomMessage
        {
            Delivery = new Contracts.Bus.Delivery
            {
                App = "default",
                Audience = audience,
                Chat = new Chat { ChatFrom = "ann", ChatContent = "你好 😀" },
                Recipients = { versions.Select(version => gateway.KeyOf($"user-{version}")) },
            },
        });

        for (var i = 0; i < versions.Length; i++)
        {
            var frame = await clients[i].ReadAsync();
            Assert.Equal((versions[i], command), (frame.Header.Version, frame.Header.Command));
            var chat = frame.As<ChatDelivery>();
            Assert.Equal(("ann", "你好 😀"), (chat.ChatFrom, chat.ChatContent));
        }
    }

    [Fact]
    public async Task Push_ToSdkClient_IsAPushFrame()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann");
        var expires = DateTimeOffset.UtcNow.AddHours(1).ToUnixTimeMilliseconds();

        await gateway.SendAsync(
            new RoomMessage
            {
                Delivery = new Contracts.Bus.Delivery
                {
                    App = "default",
                    Recipients = { gateway.KeyOf("ann") },
                    Push = new Push { Payload = ByteString.CopyFrom(1, 2, 255), ContentType = "application/octet-stream", Type = "t", ExpiresUnixMs = expires },
                },
            },
            "p1");

        var push = await client.ReadAsync<PushDelivery>(Command.Push);
        Assert.Equal(("p1", "default", "application/octet-stream", "t", expires), (push.Id, push.App, push.ContentType, push.Type, push.Expires));
        Assert.Equal([1, 2, 255], push.Payload.ToArray());
    }

    [Theory]
    [InlineData(Audience.One, Command.SingleChatDelivery)]
    [InlineData(Audience.Several, Command.GroupChatDelivery)]
    [InlineData(Audience.All, Command.BroadcastChatDelivery)]
    public async Task Push_ToChatClient_IsChatFromTheAppsSender(Audience audience, Command command)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("138", version: 0);

        await gateway.PushAsync(new Push { Payload = ByteString.CopyFromUtf8("通知"), Sender = "server" }, audience, gateway.KeyOf("138"));

        var frame = await client.ReadAsync();
        Assert.Equal((1100u, command), (frame.Header.Version, frame.Header.Command));
        Assert.Equal("""{"chat_from":"server","chat_content":"通知"}""", frame.Text);
    }

    [Fact]
    public async Task Push_ThatIsNoText_IsDroppedForChatClientsOnly()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var chat = await gateway.LogInAsync("138", version: 1100);
        var sdk = await gateway.LogInAsync("ann");

        await gateway.PushAsync(new Push { Payload = ByteString.CopyFrom(0xff, 0xfe) }, Audience.Several, gateway.KeyOf("138"), gateway.KeyOf("ann"));

        await sdk.ReadAsync<PushDelivery>(Command.Push);
        Assert.Empty(await chat.ReadUntilAnsweredAsync());
        Assert.Equal(1, gateway.Metrics.Drops(DropCause.NotText));
    }

    [Fact]
    public async Task Everybody_IsEverySessionOfTheAppButOne()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Register.PutApp(new Contracts.Register.App { Name = "shop" });
        var sender = await gateway.LogInAsync("ann");
        var other = await gateway.LogInAsync("bob", 1100);
        var third = await gateway.LogInAsync("carl");
        var stranger = await gateway.LogInAsync("dora", app: "shop");

        await gateway.SendAsync(new RoomMessage
        {
            Delivery = new Contracts.Bus.Delivery
            {
                App = "default",
                Everybody = true,
                Except = gateway.KeyOf("ann"),
                Audience = Audience.All,
                Chat = new Chat { ChatFrom = "ann", ChatContent = "hi" },
            },
        });

        await other.ReadAsync<ChatDelivery>(Command.BroadcastChatDelivery);
        await third.ReadAsync<ChatDelivery>(Command.BroadcastChatDelivery);
        Assert.Empty(await sender.ReadUntilAnsweredAsync());
        Assert.Empty(await stranger.ReadUntilAnsweredAsync());
    }

    [Fact]
    public async Task Version_OfWhatComesDown_FollowsTheClientsLatestFrame()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("138", version: 1100);
        client.Send(TestClient.Header(12, 1234, (uint)Command.Heartbeat));
        await Eventually.HoldsAsync(() => gateway.SessionOf("138").Connection.ReplyVersion == 1234, "the heartbeat has come");

        await gateway.SendAsync(new RoomMessage
        {
            Delivery = new Contracts.Bus.Delivery { App = "default", Recipients = { gateway.KeyOf("138") }, Chat = new Chat { ChatFrom = "ann", ChatContent = "hi" } },
        });

        Assert.Equal(1234u, (await client.ReadAsync()).Header.Version);
    }

    [Fact]
    public async Task WhatDoesNotFitAnyMore_IsDroppedAndCounted()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann");
        var key = gateway.KeyOf("ann");
        var push = new Push { Payload = ByteString.CopyFromUtf8("x") };

        await gateway.PushAsync(push, Audience.One, new SessionKey { Session = key.Session, Epoch = key.Epoch - 1 });
        await gateway.PushAsync(push, Audience.One, new SessionKey { Session = key.Session + 100, Epoch = key.Epoch });
        await gateway.PushAsync(new Push(push) { ExpiresUnixMs = 1 }, Audience.One, key);
        var repeated = new RoomMessage { Delivery = new Contracts.Bus.Delivery { App = "default", Push = push, Recipients = { key } } };
        await gateway.SendAsync(repeated, "same");
        await gateway.SendAsync(repeated, "same");
        await gateway.SendAsync(new RoomMessage());

        Assert.Equal("same", (await client.ReadAsync<PushDelivery>(Command.Push)).Id);
        await gateway.UntilHandledAsync();
        Assert.Empty(await client.ReadUntilAnsweredAsync());
        Assert.Equal(3, gateway.Metrics.Drops(DropCause.UnknownSession));
        Assert.Equal(1, gateway.Metrics.Drops(DropCause.Expired));
        Assert.Equal(1, gateway.Metrics.Drops(DropCause.Repeat));
        Assert.Equal(1, gateway.Metrics.Drops(DropCause.UnknownKind));
    }

    [Fact]
    public async Task Notice_IsAnErrorFrameWithTheRequest()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("138", 1100);

        await gateway.SendAsync(new RoomMessage
        {
            Notice = new Notice { Session = gateway.KeyOf("138"), Command = 2, RequestId = "r1", Code = 4507, Message = "139 is offline" },
        });

        var error = await client.ReadErrorAsync(Code.NotDelivered);
        Assert.Equal((Command.SingleChat, "r1", "not_delivered", "139 is offline"), (error.Command, error.Id, error.Reason, error.Message));
    }

    [Theory]
    [InlineData(Code.Kicked)]
    [InlineData(Code.TokenRevoked)]
    public async Task Close_TellsTheClientAndEndsTheSession(Code code)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var sdk = await gateway.LogInAsync("ann");
        var chat = await gateway.LogInAsync("138", 1100);

        await gateway.SendAsync(new RoomMessage
        {
            Close = new CloseSessions { Sessions = { gateway.KeyOf("ann"), gateway.KeyOf("138") }, Code = (uint)code, Message = "go" },
        });

        var directive = await sdk.ReadAsync<Directive>(Command.Directive);
        Assert.Equal(("logout", code, "go"), (directive.Action, directive.Code, directive.Message));
        await sdk.ReadEndAsync();
        Assert.Equal("go", (await chat.ReadErrorAsync(code)).Message);
        await chat.ReadEndAsync();
        Assert.Equal(0, gateway.Sessions.Count);
        Assert.Equal(2, gateway.Metrics.Closes(code));
        if (code == Code.Kicked)
        {
            await Eventually.HoldsAsync(() => gateway.Register.Ends.Count == 2, "register is told of both ends");
        }
    }

    [Fact]
    public async Task Close_FollowsWhatWasPostedBefore()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann", 1100);
        var key = gateway.KeyOf("ann");
        for (var i = 0; i < 50; i++)
        {
            await gateway.PushAsync(new Push { Payload = ByteString.CopyFromUtf8($"{i}") }, Audience.One, key);
        }

        await gateway.SendAsync(new RoomMessage { Close = new CloseSessions { Sessions = { key }, Code = (uint)Code.Kicked } });

        for (var i = 0; i < 50; i++)
        {
            Assert.Equal($"{i}", (await client.ReadAsync<ChatDelivery>(Command.SingleChatDelivery)).ChatContent);
        }

        await client.ReadErrorAsync(Code.Kicked);
        await client.ReadEndAsync();
    }

    [Fact]
    public async Task Push_InJson_OfSdkClient_HasThePayloadAsText()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("web", version: 1, features: Features.HeartbeatAck);

        await gateway.PushAsync(new Push { Payload = ByteString.CopyFromUtf8("""{"a":1}"""), ContentType = "application/json" }, Audience.One, gateway.KeyOf("web"));

        var frame = await client.ReadAsync();
        Assert.Equal((1u, Command.Push), (frame.Header.Version, frame.Header.Command));
        Assert.Equal("""{"a":1}""", Encoding.UTF8.GetString(frame.As<PushDelivery>().Payload.Span));
        Assert.Contains("\"payload\":", frame.Text, StringComparison.Ordinal);
    }
}
