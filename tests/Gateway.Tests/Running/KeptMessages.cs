using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Tests.Running;

/// <summary>Kept messages in tests: appended to the fake register's logs, and sent as a center does, or not.</summary>
internal static class KeptMessages
{
    /// <summary>Appends to the user's inbox without a word on the bus.</summary>
    public static void Keep(this RunningGateway gateway, string user, params string[] texts)
    {
        foreach (var text in texts)
        {
            gateway.Register.Logs.Append(user, text);
        }
    }

    /// <summary>Appends to the user's inbox and sends it.</summary>
    public static async Task<Position> PushKeptAsync(this RunningGateway gateway, string user, string text)
    {
        var position = gateway.Register.Logs.Append(user, text);
        await gateway.SendKeptAsync(user, text, position);
        return position;
    }

    /// <summary>Sends what was appended.</summary>
    public static Task SendKeptAsync(this RunningGateway gateway, string user, string text, Position position) => gateway.SendAsync(
        new RoomMessage
        {
            Delivery = new Contracts.Bus.Delivery
            {
                App = "default",
                Audience = Audience.One,
                Push = new Push { Payload = Google.Protobuf.ByteString.CopyFromUtf8(text), Sender = "server" },
                Recipients = { gateway.KeyOf(user) },
                Positions = { position },
            },
        },
        $"id-{text}");

    /// <summary>Appends to "all" and sends it.</summary>
    public static async Task<Position> PushToAllAsync(this RunningGateway gateway, string text)
    {
        var position = gateway.Register.Logs.Append("", text);
        await gateway.SendAsync(
            new RoomMessage
            {
                Delivery = new Contracts.Bus.Delivery
                {
                    App = "default",
                    Audience = Audience.All,
                    Everybody = true,
                    Push = new Push { Payload = Google.Protobuf.ByteString.CopyFromUtf8(text), Sender = "server" },
                    Positions = { position },
                },
            },
            $"id-{text}");
        return position;
    }

    public static Task NudgeAsync(this RunningGateway gateway, string user, Position head) =>
        gateway.SendAsync(new RoomMessage { Nudge = new Nudge { Sessions = { gateway.KeyOf(user) }, Heads = { head } } });

    public static void Acknowledge(this TestClient client, string channel, ulong epoch, ulong seq, string id = "") =>
        client.Send(Command.Ack, new Ack { Positions = [new ChannelPosition { Channel = channel, Epoch = epoch, Seq = seq }], Id = id });

    public static void Acknowledge(this TestClient client, PushDelivery push) => client.Acknowledge(push.Channel, push.Epoch, push.Seq);

    public static string TextOf(this PushDelivery push) => System.Text.Encoding.UTF8.GetString(push.Payload.Span);

    /// <summary>The next frames must be pushes with these texts.</summary>
    public static async Task<List<PushDelivery>> ReadPushesAsync(this TestClient client, params string[] texts)
    {
        var pushes = new List<PushDelivery>();
        foreach (var text in texts)
        {
            pushes.Add(await client.ReadAsync<PushDelivery>(Command.Push));
            Assert.Equal(text, pushes[^1].TextOf());
        }

        return pushes;
    }

    public static bool IsAt(this FakeLogs logs, string user, Position position, bool all = false) => position.Equals(logs.CursorOf(user, all));

    /// <summary>The app keeps by these rules.</summary>
    public static void PutKeep(this FakeRegister register, KeepPolicy keep) =>
        register.PutApp(new App { Name = "default", Chat = new ChatPolicy { Users = true, Broadcast = true }, Keep = keep });
}
