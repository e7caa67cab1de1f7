using Google.Protobuf;
using Grpc.Core;
using Microservices.Bus;
using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Contracts;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Center;
using Microservices.Testing;
using Outcome = Microservices.Contracts.Center.UserOutcome.Types.Outcome;

namespace Microservices.Center.Tests.Components;

public sealed class PushTests : IAsyncLifetime
{
    private static readonly ByteString NotText = ByteString.CopyFrom(0xC3, 0x28);
    private World _world = null!;

    public async ValueTask InitializeAsync() => _world = await World.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Push_OnlineUser_GoesToTheRoomAndSaysWhere()
    {
        var room = await _world.OpenRoomAsync("room-1");
        var bob = await room.LoginAsync("bob", device: "phone");

        var reply = await _world.Client.PushAsync(new PushRequest
        {
            App = "default",
            Users = To("bob"),
            Payload = ByteString.CopyFromUtf8("hello"),
            ContentType = "text/plain",
            Type = "greeting",
            TtlMs = 60_000,
        });

        var outcome = Assert.Single(reply.Outcomes);
        Assert.Equal(("bob", Outcome.Sent, "", ""), (outcome.User, outcome.Outcome, outcome.Code, outcome.Message));
        Assert.Equal([new SentTo { Room = "room-1", Device = "phone" }], outcome.SentTo);
        Assert.StartsWith($"{Partition.Of("default", "bob"):D4}-", reply.MessageId, StringComparison.Ordinal);
        var message = await OnlyMessageAsync(room);
        Assert.Equal(reply.MessageId, message.Id);
        Assert.Equal(("default", Audience.One, false), (message.Delivery.App, message.Delivery.Audience, message.Delivery.Everybody));
        Assert.Equal([bob], message.Delivery.Recipients);
        var push = message.Delivery.Push;
        Assert.Equal(("hello", "text/plain", "greeting", "support"), (push.Payload.ToStringUtf8(), push.ContentType, push.Type, push.Sender));
        Assert.InRange(push.ExpiresUnixMs, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 60_000);
    }

    [Fact]
    public async Task Push_DefaultsAndAppWithoutSender_AreFilledIn()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob", "phone", app: "shop");

        await _world.Client.PushAsync(new PushRequest { App = "shop", Users = To("bob"), Payload = NotText });

        var push = (await OnlyMessageAsync(room)).Delivery.Push;
        Assert.Equal(("application/octet-stream", "", "shop", 0), (push.ContentType, push.Type, push.Sender, push.ExpiresUnixMs));
    }

    [Fact]
    public async Task Push_ManyUsersInTwoRooms_IsOneMessageARoomAndAnOutcomeEach()
    {
        var first = await _world.OpenRoomAsync("room-1");
        var second = await _world.OpenRoomAsync("room-2");
        await first.LoginAsync("ann", "phone", "shop");
        await second.LoginAsync("ann", "desk", "shop");
        await first.LoginAsync("bob", "phone", "shop");

        var reply = await _world.Client.PushAsync(Text("shop", "ann", "off", "bob"));

        Assert.Equal([("ann", Outcome.Sent), ("off", Outcome.Offline), ("bob", Outcome.Sent)], reply.Outcomes.Select(one => (one.User, one.Outcome)));
        Assert.Equal(["room-1/phone", "room-2/desk"], reply.Outcomes[0].SentTo.Select(to => $"{to.Room}/{to.Device}").Order());
        var message = await OnlyMessageAsync(first);
        Assert.Equal(Audience.Several, message.Delivery.Audience);
        Assert.Equal(2, message.Delivery.Recipients.Count);
        Assert.Single((await OnlyMessageAsync(second)).Delivery.Recipients);
    }

    [Fact]
    public async Task Push_ThousandUsers_AreAnsweredInTheirOrder()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("user-999");
        string[] users = [.. Enumerable.Range(0, 1_000).Select(i => $"user-{i}")];

        var reply = await _world.Client.PushAsync(Text("default", users));

        Assert.Equal(users, reply.Outcomes.Select(one => one.User));
        Assert.Equal("user-999", Assert.Single(reply.Outcomes, one => one.Outcome == Outcome.Sent).User);
    }

    [Fact]
    public async Task Push_NotTextForAChatClient_IsRefused()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("old", chatClient: true);

        var reply = await _world.Client.PushAsync(new PushRequest { App = "default", Users = To("old"), Payload = NotText });

        var outcome = Assert.Single(reply.Outcomes);
        Assert.Equal((Outcome.Refused, "not_text"), (outcome.Outcome, outcome.Code));
        Assert.Equal("payload: it is not UTF-8 text, which the user's client, one of the chat protocol, needs.", outcome.Message);
        Assert.Empty(room.Messages);
    }

    [Fact]
    public async Task Push_NotTextForAChatClientAndAnother_SaysWhichIsLeftOut()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob", "old", "shop", chatClient: true);
        var phone = await room.LoginAsync("bob", "phone", "shop");

        var reply = await _world.Client.PushAsync(new PushRequest { App = "shop", Users = To("bob"), Payload = NotText });

        var outcome = Assert.Single(reply.Outcomes);
        Assert.Equal((Outcome.Sent, "Left out, since the payload is not UTF-8 text: 'old'."), (outcome.Outcome, outcome.Message));
        Assert.Equal([phone], (await OnlyMessageAsync(room)).Delivery.Recipients);
    }

    [Fact]
    public async Task Push_RoomGone_IsUndelivered()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob");
        await room.LoseQueueAsync();

        var outcome = Assert.Single((await _world.Client.PushAsync(Text("default", "bob"))).Outcomes);

        Assert.Equal((Outcome.Undelivered, "room_gone", "Gone: room room-1."), (outcome.Outcome, outcome.Code, outcome.Message));
    }

    [Fact]
    public async Task Push_OneOfTwoRoomsGone_IsSentAndSaysWhich()
    {
        var first = await _world.OpenRoomAsync("room-1");
        var second = await _world.OpenRoomAsync("room-2");
        await first.LoginAsync("bob", "phone", "shop");
        await second.LoginAsync("bob", "desk", "shop");
        await second.LoseQueueAsync();

        var outcome = Assert.Single((await _world.Client.PushAsync(Text("shop", "bob"))).Outcomes);

        Assert.Equal((Outcome.Sent, "Gone: room room-2."), (outcome.Outcome, outcome.Message));
        Assert.Equal("room-1", Assert.Single(outcome.SentTo).Room);
    }

    [Fact]
    public async Task Push_BusRefusesOneRoom_IsUndeliveredForItsUsers()
    {
        var first = await _world.OpenRoomAsync("room-1");
        var second = await _world.OpenRoomAsync("room-2");
        await first.LoginAsync("ann");
        await second.LoginAsync("bob");
        _world.Bus.Fault = (room, _) => room == second.Incarnation ? PublishOutcome.Unavailable : null;

        var reply = await _world.Client.PushAsync(Text("default", "ann", "bob"));

        Assert.Equal([Outcome.Sent, Outcome.Undelivered], reply.Outcomes.Select(one => one.Outcome));
        Assert.Equal(
            ("try_later", "The message bus didn't confirm the message to room room-2 in time."), (reply.Outcomes[1].Code, reply.Outcomes[1].Message));
    }

    [Fact]
    public async Task Push_BusAway_IsUnavailable()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob");
        _world.Bus.Fault = (_, _) => PublishOutcome.Unavailable;
        const string Sentence = "The message bus doesn't take messages; nothing was sent. Try again in 1000 ms.";

        var refused = await Refused.WithAsync(RefusalCode.TryLater, Sentence, _world.Client.PushAsync(Text("default", "bob", "off")));
        await Refused.WithAsync(RefusalCode.TryLater, Sentence, _world.Client.PushAsync(Everybody()));

        Assert.Equal("1000", refused.Trailers.GetValue("retry-after-ms"));
    }

    [Fact]
    public async Task Push_BusAwayButEverybodyOffline_SaysOffline()
    {
        _world.Bus.Fault = (_, _) => PublishOutcome.Unavailable;

        Assert.Equal(Outcome.Offline, Assert.Single((await _world.Client.PushAsync(Text("default", "off"))).Outcomes).Outcome);
    }

    [Fact]
    public async Task Push_Everybody_GoesToAllRooms()
    {
        Assert.Equal(0u, (await _world.Client.PushAsync(Everybody())).Rooms);
        var first = await _world.OpenRoomAsync("room-1");
        var second = await _world.OpenRoomAsync("room-2");
        var reply = new PushReply();

        await Eventually.HoldsAsync(async () => (reply = await _world.Client.PushAsync(Everybody())).Rooms == 2, "the center knows both rooms");

        await Eventually.HoldsAsync(() => first.Messages.Count > 0 && first.Messages[^1].Id == reply.MessageId, "the last push came");
        var delivery = first.Messages[^1].Delivery;
        Assert.Equal((true, Audience.All, "shop"), (delivery.Everybody, delivery.Audience, delivery.App));
        Assert.Empty(reply.Outcomes);
        Assert.NotEmpty(second.Messages);
    }

    [Fact]
    public async Task Push_BadInput_IsRefusedWithFieldValueAndLimit()
    {
        await Refused.WithAsync(
            RefusalCode.InvalidArgument, "app: app has 0 characters; it takes 1 to 32.", _world.Client.PushAsync(new PushRequest()));
        await Refused.WithAsync(
            RefusalCode.InvalidArgument, "app: app has a character other than a-z, 0-9 and -.", _world.Client.PushAsync(new PushRequest { App = "Shop" }));
        await Refused.WithAsync(
            RefusalCode.InvalidArgument, "target: there is none; give users or everybody.", _world.Client.PushAsync(new PushRequest { App = "shop" }));
        await Refused.WithAsync(
            RefusalCode.TooManyRecipients,
            "users: there are 1,001; a call takes 1 to 1,000.",
            _world.Client.PushAsync(Text("shop", [.. Enumerable.Range(0, 1_001).Select(i => $"u{i}")])));
        await Refused.WithAsync(RefusalCode.UnknownApp, "There is no app 'nothing'.", _world.Client.PushAsync(Text("nothing", "bob")));
        await Refused.WithAsync(
            RefusalCode.PayloadTooLarge,
            "payload: it has 32,769 bytes; the limit of app 'shop' is 32,768.",
            _world.Client.PushAsync(new PushRequest { App = "shop", Users = To("bob"), Payload = ByteString.CopyFrom(new byte[32_769]) }));
    }

    [Fact]
    public async Task Push_AppPutThroughRegisterAMomentAgo_IsKnown()
    {
        await _world.PutAppAsync(new Contracts.Register.App { Name = "brand-new", MaxPayloadBytes = 3 });

        await Refused.WithAsync(
            RefusalCode.PayloadTooLarge, "payload: it has 5 bytes; the limit of app 'brand-new' is 3.", _world.Client.PushAsync(Text("brand-new", "bob")));
    }

    [Fact]
    public async Task Push_RegisterAway_IsUnavailableWithARetryHint()
    {
        await _world.Register.DisposeAsync();

        var refused = await Refused.WithAsync(
            RefusalCode.TryLater,
            "Register, which knows sessions and apps, doesn't answer. Try again in 1000 ms.",
            _world.Client.PushAsync(Text("default", "bob")));

        Assert.Equal("1000", refused.Trailers.GetValue("retry-after-ms"));
    }

    [Fact]
    public async Task Push_DeadlineOfTheCaller_IsPassedOn()
    {
        using var register = new SilentServer();
        await using var center = await RunningCenter.StartAsync(_world.Bus, register.Address, _world.KeyFile);

        var refused = await Assert.ThrowsAsync<RpcException>(
            async () => await center.Client(_world.Key).PushAsync(Text("default", "bob"), deadline: DateTime.UtcNow.AddMilliseconds(200)));

        Assert.Equal(StatusCode.DeadlineExceeded, refused.StatusCode);
    }

    [Fact]
    public async Task Push_FaultOfOurs_TellsNothingOfIt()
    {
        _world.Bus.Fault = (_, _) => throw new InvalidOperationException("a secret of the inside");

        await Refused.WithAsync(RefusalCode.InternalError, "The service failed; its log says why.", _world.Client.PushAsync(Everybody()));
    }

    [Fact]
    public async Task Push_Outcomes_AreCounted()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob");

        await _world.Client.PushAsync(Text("default", "bob", "off"));

        var metrics = await _world.Center.MetricsAsync();
        Assert.Contains("outcome=\"sent\"", metrics, StringComparison.Ordinal);
        Assert.Contains("outcome=\"offline\"", metrics, StringComparison.Ordinal);
        Assert.Contains("method=\"Push\"", metrics, StringComparison.Ordinal);
    }

    private static Users To(params string[] users) => new() { Users_ = { users } };

    private static PushRequest Text(string app, params string[] users) =>
        new() { App = app, Users = To(users), Payload = ByteString.CopyFromUtf8("hello") };

    private static PushRequest Everybody() => new() { App = "shop", Everybody = new Everybody(), Payload = ByteString.CopyFromUtf8("hello") };

    private static async Task<RoomMessage> OnlyMessageAsync(TestRoom room)
    {
        await Eventually.HoldsAsync(() => room.Messages.Count > 0, "the message came");
        return Assert.Single(room.Messages);
    }
}
