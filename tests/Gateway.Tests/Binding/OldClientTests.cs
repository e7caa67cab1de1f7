using Microservices.Contracts.Bus;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Tests.Binding;

/// <summary>Clients that know nothing of binding see nothing of it: their frames are the bytes that they were, and cost a connection one reference.</summary>
public sealed class OldClientTests
{
    [Theory]
    [InlineData(Command.Bind, """{"app":"shop","user":"ann-shop","token":"token-ann-shop"}""")]
    [InlineData(Command.Unbind, """{"app":"shop"}""")]
    [InlineData(Command.Bind, "no body at all")]
    public async Task ChatClient_ThatSendsThem_GetsUnknownCommand(Command command, string body)
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.LogInAsync("138", 1100);

        client.SendText(command, body);

        Assert.Equal(
            $$"""{"command":{{(uint)command}},"code":4500,"reason":"unknown_command","message":"Command {{(uint)command}} is not known here."}""",
            (await client.ReadAsync()).Text);
        Assert.Single(gateway.Sessions.All);
    }

    [Fact]
    public async Task ChatClient_WhoseChatHasAnAppOfItsOwn_ChatsAsEver()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.LogInAsync("138", 1100);

        client.SendText(Command.SingleChat, """{"chat_to":"139","chat_content":"hi","app":"its own word"}""");

        Assert.Equal(("default", "138"), await gateway.UplinkAsync() is var message ? (message.App, message.User) : default);
    }

    [Fact]
    public async Task Goodbye_OfAClientThatBoundNothing_IsNotRead()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.LogInAsync("ann");

        client.Send([.. TestClient.Header(16, 2, (uint)Command.Goodbye), 0xff, 0xff, 0xff, 0xff]);

        await client.ReadEndAsync();
        Assert.Equal(1, gateway.Metrics.Closes(Code.Goodbye));
    }

    [Theory]
    [InlineData(1u, """{"chat_from":"bob","chat_content":"hi"}""", """{"command":6,"id":"a","code":4518,"reason":"unknown_position","message":"inbox 1-1 was not sent on this connection."}""", """{"channel":"inbox","id":"f"}""")]
    [InlineData(2u, "0a03626f6212026869", "080612016118a6232210756e6b6e6f776e5f706f736974696f6e2a2a696e626f7820312d3120776173206e6f742073656e74206f6e207468697320636f6e6e656374696f6e2e", "0a05696e626f78320166")]
    public async Task Frames_OfAClientThatBindsNothing_HaveTheBytesOfBefore(uint version, string chat, string error, string page)
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.LogInAsync("ann", version, features: Features.Ack);

        await gateway.SendAsync(new RoomMessage
        {
            Delivery = new Contracts.Bus.Delivery
            {
                App = "default",
                Audience = Audience.One,
                Chat = new Chat { ChatFrom = "bob", ChatContent = "hi" },
                Recipients = { gateway.KeyOf("ann") },
            },
        });
        Assert.Equal((Command.SingleChatDelivery, chat), Of(await client.ReadAsync(), version));
        client.Acknowledge("inbox", 1, 1, "a");
        Assert.Equal((Command.Error, error), Of(await client.ReadAsync(), version));
        client.Send(Command.Fetch, new Fetch { Channel = "inbox", Id = "f" });
        Assert.Equal((Command.Page, page), Of(await client.ReadAsync(), version));
    }

    [Fact]
    public async Task Connection_ThatBindsNothing_HasNoCollectionOfSessions()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.LogInAsync("ann");
        client.Send(Command.Unbind, new Unbind { App = "shop" });
        await client.ReadErrorAsync(Code.NotBound);
        client.Send(Command.Ack, new Ack { App = "shop" });
        await client.ReadErrorAsync(Code.NotBound);

        var field = typeof(Connection).GetField("_bound", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!;

        Assert.Null(field.GetValue(gateway.SessionOf("ann").Connection));
    }

    private static (Command Command, string Body) Of(TestFrame frame, uint version) =>
        (frame.Header.Command, version == 2 ? Convert.ToHexStringLower(frame.Body) : frame.Text);
}
