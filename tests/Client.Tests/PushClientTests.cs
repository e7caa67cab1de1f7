using Microservices.Client.Messages;
using Microservices.Client.Tests.Server;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client.Tests;

public sealed class PushClientTests
{
    [Fact]
    public async Task ConnectAsync_GatewayAccepts_VerifiesWithWhatTheOptionsSay()
    {
        using var gateway = new FakeGateway();
        await using var client = new Watched(new PushClientOptions
        {
            User = "ann",
            Token = "t1",
            App = "shop",
            Device = "d1",
            Network = "wifi",
            Endpoints = [gateway.Endpoint],
        });
        var connecting = client.Client.ConnectAsync();

        using var connection = await gateway.AcceptAsync();
        var verify = await connection.ReadVerifyAsync();
        await connection.AnswerVerifyAsync();
        await connecting.WaitAsync(FakeConnection.Deadline);

        Assert.Equal(("ann", "t1", "shop", "d1", "wifi", 10_000u), (verify.User, verify.Token, verify.App, verify.Device, verify.Network, verify.HeartbeatMs));
        Assert.Equal([Features.HeartbeatAck, Features.Ack], verify.Features);
        Assert.NotEmpty(verify.Sdk);
        Assert.Equal((ClientPhase.Verified, "1-1", gateway.Endpoint), (client.Client.State.Phase, client.Client.State.Session, client.Client.State.Endpoint));
    }

    [Fact]
    public async Task Events_WhatArrives_IsRaisedInOrder()
    {
        using var gateway = new FakeGateway();
        await using var client = new Watched(gateway.Endpoint);
        client.Client.Start();
        using var connection = await gateway.AcceptVerifiedAsync();

        byte[] glued =
        [
            .. FrameWriter.ToArray(2, Command.SingleChatDelivery, new ChatDelivery { ChatFrom = "bob", ChatContent = "1" }),
            .. FrameWriter.ToArray(2, Command.GroupChatDelivery, new ChatDelivery { ChatFrom = "bob", ChatContent = "2" }),
            .. FrameWriter.ToArray(1100, Command.BroadcastChatDelivery, new ChatDelivery { ChatFrom = "bob", ChatContent = "3" }),
            .. FrameWriter.ToArray(2, (Command)199),
            .. FrameWriter.ToArray(2, Command.Push, new PushDelivery { Id = "p1", App = "shop", Type = "order", Payload = "hi"u8.ToArray(), Expires = 1000 }),
        ];
        foreach (var part in glued.Chunk(7))
        {
            await connection.SendAsync(part);
        }

        await client.Until(() => !client.Pushes.IsEmpty, "the push");
        Assert.Equal(
            [new(ChatAudience.One, "bob", "1"), new(ChatAudience.Several, "bob", "2"), new ChatMessage(ChatAudience.All, "bob", "3")],
            client.Chats);
        var push = Assert.Single(client.Pushes);
        Assert.Equal(("p1", "shop", "order", "hi", 1), (push.Id, push.App, push.Type, push.Text, push.ExpiresAt!.Value.ToUnixTimeSeconds()));
    }

    [Fact]
    public async Task SendChatAsync_Refused_CompletesWithTheError()
    {
        using var gateway = new FakeGateway();
        await using var client = new Watched(gateway.Endpoint);
        var connecting = client.Client.ConnectAsync();
        using var connection = await gateway.AcceptVerifiedAsync();
        await connecting;

        var single = await client.Client.SendChatAsync("bob", "你好");
        var group = await client.Client.SendGroupChatAsync(["bob", "cid"], "hi");
        await client.Client.BroadcastChatAsync("all");
        var first = await connection.ReadAsync<SingleChat>(Command.SingleChat);
        var second = await connection.ReadAsync<GroupChat>(Command.GroupChat);
        var third = await connection.ReadAsync<BroadcastChat>(Command.BroadcastChat);
        await connection.SendAsync(Command.Error, Error.Of(Code.NotDelivered, Command.SingleChat, first.Id, "bob is offline."));

        var error = await single.WaitForErrorAsync(FakeConnection.Deadline);
        Assert.Equal((Code.NotDelivered, "not_delivered", single.Id), (error!.Code, error.Reason, error.Id));
        await client.Until(() => !client.Errors.IsEmpty, "the error");
        Assert.Null(await group.WaitForErrorAsync(TimeSpan.FromMilliseconds(1)));
        Assert.Equal(("bob", "你好"), (first.ChatTo, first.ChatContent));
        Assert.Equal(["bob", "cid"], second.ChatTo);
        Assert.Equal("all", third.ChatContent);
        Assert.Equal(ClientPhase.Verified, client.Client.State.Phase);
    }

    [Fact]
    public async Task SendChatAsync_NotConnectedOrTooLong_Throws()
    {
        using var gateway = new FakeGateway();
        await using var client = new Watched(gateway.Endpoint);
        var early = await Assert.ThrowsAsync<PushClientException>(() => client.Client.SendChatAsync("bob", "hi").AsTask());
        var connecting = client.Client.ConnectAsync();
        using var connection = await gateway.AcceptVerifiedAsync();
        await connecting;

        var tooLong = await Assert.ThrowsAsync<PushClientException>(() => client.Client.SendChatAsync("bob", new string('x', 1000)).AsTask());

        Assert.Equal(Code.NotVerified, early.Code);
        Assert.Equal(Code.FrameTooLarge, tooLong.Code);
        Assert.EndsWith("the limit is 1000.", tooLong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CloseAsync_WhileVerified_SendsWhatWaitsAndGoodbye()
    {
        using var gateway = new FakeGateway();
        await using var client = new Watched(gateway.Endpoint);
        var connecting = client.Client.ConnectAsync();
        var connection = await gateway.AcceptVerifiedAsync();
        await connecting;

        await client.Client.SendChatAsync("bob", "last");
        var closing = client.Client.CloseAsync();
        await connection.ReadAsync<SingleChat>(Command.SingleChat);
        await connection.ReadAsync<Goodbye>(Command.Goodbye);
        connection.Dispose();
        await closing.WaitAsync(FakeConnection.Deadline);

        Assert.Equal((ClientPhase.Stopped, Code.Goodbye), (client.Client.State.Phase, client.Client.State.Code));
        Assert.Throws<PushClientException>(client.Client.Start);
    }

    [Fact]
    public async Task CloseAsync_WhileNobodyAnswers_Stops()
    {
        await using var client = new Watched(FakeGateway.Nobody());
        var connecting = client.Client.ConnectAsync();
        await client.Until(ClientPhase.Waiting);

        await client.Client.CloseAsync();

        Assert.Equal(Code.Goodbye, (await Assert.ThrowsAsync<PushClientException>(() => connecting)).Code);
    }

    [Fact]
    public async Task Handler_Throws_StopsTheClientAndIsSeen()
    {
        using var gateway = new FakeGateway();
        await using var client = new Watched(gateway.Endpoint);
        client.Client.ChatReceived += _ => throw new IOException("mine");
        client.Client.Start();
        using var connection = await gateway.AcceptVerifiedAsync();

        await connection.SendAsync(Command.SingleChatDelivery, new ChatDelivery { ChatFrom = "bob", ChatContent = "1" });

        var fault = await Assert.ThrowsAsync<PushClientException>(() => client.Client.Completion.WaitAsync(FakeConnection.Deadline));
        Assert.IsType<IOException>(fault.InnerException);
        Assert.Equal((ClientPhase.Stopped, Code.InternalError), (client.Client.State.Phase, client.Client.State.Code));
    }
}
