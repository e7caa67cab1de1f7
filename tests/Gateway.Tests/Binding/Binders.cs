using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Tests.Binding;

/// <summary>Clients that bind apps, and what they are sent. Each app has a user of its own: ann of the app default, "ann-" and the app in others.</summary>
internal static class Binders
{
    /// <summary>A register that knows these apps beside default.</summary>
    public static FakeRegister Register(params string[] apps)
    {
        var register = new FakeRegister
        {
            ResumeKeys = new ResumeKeys { Keys = { new ResumeKey { Id = 1, Secret = ByteString.CopyFrom(new byte[32]) } } },
        };
        foreach (var app in apps)
        {
            register.PutApp(new App { Name = app, Chat = new ChatPolicy { Users = true, Broadcast = true } });
        }

        return register;
    }

    public static string UserOf(string app) => "ann-" + app;

    /// <summary>Asks for an app; the token is the user's.</summary>
    public static void Bind(this TestClient client, string app, string id = "", string? user = null, string? token = null, string device = "", string resume = "") =>
        client.Send(Command.Bind, new Bind
        {
            App = app,
            User = user ?? UserOf(app),
            Token = token ?? "token-" + (user ?? UserOf(app)),
            Device = device,
            Resume = resume,
            Features = [Features.Ack],
            Id = id,
        });

    /// <summary>The app is bound when this returns.</summary>
    public static async Task<BindResult> BindAsync(this TestClient client, string app, string? user = null, string device = "", string resume = "")
    {
        client.Bind(app, user: user, device: device, resume: resume);
        var result = await client.ReadAsync<BindResult>(Command.BindResult);
        Assert.Equal((1u, app), (result.Code, result.App));
        return result;
    }

    /// <summary>The next answer must be a refused bind.</summary>
    public static async Task<BindResult> ReadRefusedAsync(this TestClient client, Code reason)
    {
        var result = await client.ReadAsync<BindResult>(Command.BindResult);
        Assert.Equal((0u, CodeTable.NameOf(reason)), (result.Code, result.Reason));
        Assert.Equal(("", ""), (result.Session, result.Resume));
        return result;
    }

    public static async Task<Unbound> ReadUnboundAsync(this TestClient client, string app, Code code)
    {
        var unbound = await client.ReadAsync<Unbound>(Command.Unbound);
        Assert.Equal((app, code, CodeTable.NameOf(code)), (unbound.App, unbound.Code, unbound.Reason));
        return unbound;
    }

    /// <summary>Ann of the app default, who acknowledges, with these apps bound.</summary>
    public static async Task<TestClient> LogInWithAsync(this RunningGateway gateway, params string[] apps)
    {
        var client = await gateway.LogInAsync("ann", features: Features.Ack);
        foreach (var app in apps)
        {
            await client.BindAsync(app);
        }

        return client;
    }

    /// <summary>Sends what is not kept.</summary>
    public static Task PushToAsync(this RunningGateway gateway, string app, Contracts.Bus.SessionKey key, string text) => gateway.SendAsync(new RoomMessage
    {
        Delivery = new Contracts.Bus.Delivery { App = app, Audience = Audience.One, Push = new Push { Payload = ByteString.CopyFromUtf8(text) }, Recipients = { key } },
    });

    /// <summary>Appends to the inbox of a user of an app and sends it.</summary>
    public static async Task KeepAndPushAsync(this RunningGateway gateway, string app, string user, string text)
    {
        var position = gateway.Register.Logs.Append(user, text, app);
        await gateway.SendAsync(
            new RoomMessage
            {
                Delivery = new Contracts.Bus.Delivery
                {
                    App = app,
                    Audience = Audience.One,
                    Push = new Push { Payload = ByteString.CopyFromUtf8(text) },
                    Recipients = { gateway.KeyOf(user) },
                    Positions = { position },
                },
            },
            $"{app}-{text}");
    }

    public static Task CloseAsync(this RunningGateway gateway, Contracts.Bus.SessionKey key, Code code) =>
        gateway.SendAsync(new RoomMessage { Close = new CloseSessions { Code = (uint)code, Message = "test", Sessions = { key } } });

    public static void Acknowledge(this TestClient client, string app, PushDelivery push, string id = "") => client.Send(Command.Ack, new Ack
    {
        Positions = [new ChannelPosition { Channel = push.Channel, Epoch = push.Epoch, Seq = push.Seq }],
        App = app,
        Id = id,
    });
}
