using Google.Protobuf;
using Grpc.Core;
using Microservices.Bus;
using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Center;
using Microservices.Testing;
using Outcome = Microservices.Contracts.Center.UserOutcome.Types.Outcome;

namespace Microservices.Center.Tests.Components;

/// <summary>Pushes with QoS 1, on a real register.</summary>
public sealed class KeptPushTests : IAsyncLifetime
{
    private static readonly ByteString NotText = ByteString.CopyFrom(0xC3, 0x28);
    private World _world = null!;

    public async ValueTask InitializeAsync() => _world = await World.StartAsync(settings: ("Kept:RetryFor", "00:00:00.300"));

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Push_OnlineUser_IsKeptAndGoesToTheRoomWithItsPosition()
    {
        var room = await _world.OpenRoomAsync("room-1");
        var bob = await room.LoginAsync("bob", device: "phone");
        var request = Text("default", "bob");
        (request.TtlMs, request.NotifyOnly, request.Type, request.ContentType) = (60_000, true, "greeting", "text/plain");

        var reply = await _world.Client.PushAsync(request);

        var outcome = Assert.Single(reply.Outcomes);
        Assert.Equal((Outcome.Sent, "", "", false), (outcome.Outcome, outcome.Message, outcome.MessageId, outcome.Repeated));
        Assert.Equal([new SentTo { Room = "room-1", Device = "phone" }], outcome.SentTo);
        Assert.Equal(1ul, outcome.Position.Seq);
        var message = (await MessagesAsync(room, 1))[0];
        Assert.Equal((reply.MessageId, true, Audience.One, "default"), (message.Id, message.Delivery.NotifyOnly, message.Delivery.Audience, message.Delivery.App));
        Assert.Equal([bob], message.Delivery.Recipients);
        Assert.Equal([outcome.Position.Epoch], message.Delivery.Positions.Select(position => position.Epoch));
        var push = message.Delivery.Push;
        Assert.Equal(("hello", "text/plain", "greeting", "support"), (push.Payload.ToStringUtf8(), push.ContentType, push.Type, push.Sender));
        Assert.InRange(push.ExpiresUnixMs, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() + 60_000);
        Assert.Equal((1u, 1ul), await InboxOfAsync("bob"));
    }

    [Fact]
    public async Task Push_Offline_IsKept()
    {
        var reply = await _world.Client.PushAsync(Text("default", "off"));

        var outcome = Assert.Single(reply.Outcomes);
        Assert.Equal((Outcome.Kept, "", "The user is offline.", 1ul), (outcome.Outcome, outcome.Code, outcome.Message, outcome.Position.Seq));
        Assert.Equal((1u, 1ul), await InboxOfAsync("off"));
    }

    [Fact]
    public async Task Push_ManyUsersInTwoRooms_IsOneMessageARoomWithAPositionEach()
    {
        var first = await _world.OpenRoomAsync("room-1");
        var second = await _world.OpenRoomAsync("room-2");
        var annPhone = await first.LoginAsync("ann", "phone", "shop");
        await second.LoginAsync("ann", "desk", "shop");
        var bob = await first.LoginAsync("bob", "phone", "shop");
        await _world.Client.PushAsync(Text("shop", "bob"));

        var reply = await _world.Client.PushAsync(Text("shop", "ann", "off", "bob"));

        Assert.Equal([("ann", Outcome.Sent, 1ul), ("off", Outcome.Kept, 1ul), ("bob", Outcome.Sent, 2ul)], reply.Outcomes.Select(one => (one.User, one.Outcome, one.Position.Seq)));
        var message = (await MessagesAsync(first, 2))[1];
        Assert.Equal(Audience.Several, message.Delivery.Audience);
        Assert.Equal([(annPhone, 1ul), (bob, 2ul)], message.Delivery.Recipients.Zip(message.Delivery.Positions.Select(position => position.Seq)));
        Assert.Equal([1ul], (await MessagesAsync(second, 1))[0].Delivery.Positions.Select(position => position.Seq));
    }

    [Fact]
    public async Task Push_ThousandUsers_AreAnsweredInTheirOrder()
    {
        string[] users = [.. Enumerable.Range(0, 1_000).Select(i => $"user-{i}")];

        var reply = await _world.Client.PushAsync(Text("default", users));

        Assert.Equal(users, reply.Outcomes.Select(one => one.User));
        Assert.All(reply.Outcomes, outcome => Assert.Equal((Outcome.Kept, 1ul), (outcome.Outcome, outcome.Position.Seq)));
    }

    [Fact]
    public async Task Push_RepeatedUnderItsKey_IsTheSameMessageAndIsSentAgainWhileItWaits()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob");
        var request = Text("default", "bob");
        request.Key = "order-17";
        var first = await _world.Client.PushAsync(request);

        var again = await _world.Client.PushAsync(request);

        var outcome = Assert.Single(again.Outcomes);
        Assert.Equal((Outcome.Sent, true, first.MessageId), (outcome.Outcome, outcome.Repeated, outcome.MessageId));
        Assert.Equal(first.Outcomes[0].Position, outcome.Position);
        Assert.False(first.Outcomes[0].Repeated);
        var messages = await MessagesAsync(room, 2);
        Assert.Equal([first.MessageId, first.MessageId], messages.Select(message => message.Id));
        Assert.Equal(messages[0].Delivery, messages[1].Delivery);
        Assert.Equal((1u, 1ul), await InboxOfAsync("bob"));
    }

    [Fact]
    public async Task Push_RepeatedUnderItsKeyWithAnotherUser_TellsEachItsOwn()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("ann");
        await room.LoginAsync("bob");
        var request = Text("default", "ann", "off");
        request.Key = "k";
        var first = await _world.Client.PushAsync(request);
        request.Users = To("ann", "bob");

        var second = await _world.Client.PushAsync(request);

        Assert.Equal([(true, first.MessageId), (false, "")], second.Outcomes.Select(one => (one.Repeated, one.MessageId)));
        Assert.Equal([first.MessageId, first.MessageId, second.MessageId], (await MessagesAsync(room, 3)).Select(message => message.Id));
    }

    [Fact]
    public async Task Push_RepeatedWhenItIsDone_IsNotSentAgain()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob");
        var request = Text("default", "bob");
        request.Key = "k";
        var first = await _world.Client.PushAsync(request);
        await room.AcknowledgeAsync("bob", first.Outcomes[0].Position);

        var outcome = Assert.Single((await _world.Client.PushAsync(request)).Outcomes);

        Assert.Equal(
            (Outcome.Kept, true, "It doesn't wait any more: it was acknowledged, expired, or was given up."), (outcome.Outcome, outcome.Repeated, outcome.Message));
        Assert.Single(room.Messages);
    }

    [Fact]
    public async Task Push_KeyOfAnotherMessage_IsRefused()
    {
        var request = Text("default", "bob");
        request.Key = "k";
        await _world.Client.PushAsync(request);
        request.Payload = ByteString.CopyFromUtf8("another");

        var outcome = Assert.Single((await _world.Client.PushAsync(request)).Outcomes);

        Assert.Equal((Outcome.Refused, "key_reused"), (outcome.Outcome, outcome.Code));
        Assert.Equal("key: another message was kept for the user under it; use a new key for a new message.", outcome.Message);
        Assert.Equal((1u, 1ul), await InboxOfAsync("bob"));
    }

    [Fact]
    public async Task Push_InboxFull_IsRefusedAndNamesTheLimit()
    {
        await _world.Client.PutAppAsync(new PutAppRequest { App = new AppDescription { Name = "small", InboxMaxMessages = 2 } });
        await _world.Client.PushAsync(Text("small", "bob"));
        await _world.Client.PushAsync(Text("small", "bob"));

        var reply = await _world.Client.PushAsync(Text("small", "bob", "ann"));

        Assert.Equal([Outcome.Refused, Outcome.Kept], reply.Outcomes.Select(one => one.Outcome));
        Assert.Equal("inbox_full", reply.Outcomes[0].Code);
        Assert.Equal("The inbox has 2 messages; that is the limit of app small (inbox_max_messages).", reply.Outcomes[0].Message);
        Assert.Null(reply.Outcomes[0].Position);
    }

    [Fact]
    public async Task Push_NotTextForChatClientsOnly_IsKeptAndSaysThatTheyNeverGetIt()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("old", chatClient: true);

        var reply = await _world.Client.PushAsync(new PushRequest { App = "default", Users = To("old"), Payload = NotText, Qos = Qos.AtLeastOnce });

        var outcome = Assert.Single(reply.Outcomes);
        Assert.Equal((Outcome.Kept, ""), (outcome.Outcome, outcome.Code));
        Assert.Equal("The payload is not UTF-8 text: the user's connected clients, of the chat protocol, never get it.", outcome.Message);
    }

    [Fact]
    public async Task Push_NotTextForAChatClientAndAnother_SaysWhichIsLeftOut()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob", "old", "shop", chatClient: true);
        await room.LoginAsync("bob", "phone", "shop");

        var reply = await _world.Client.PushAsync(new PushRequest { App = "shop", Users = To("bob"), Payload = NotText, Qos = Qos.AtLeastOnce });

        var outcome = Assert.Single(reply.Outcomes);
        Assert.Equal((Outcome.Sent, "Left out, since the payload is not UTF-8 text: 'old'."), (outcome.Outcome, outcome.Message));
        Assert.Equal("phone", Assert.Single(outcome.SentTo).Device);
    }

    [Fact]
    public async Task Push_RoomGone_IsKept()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob");
        await room.LoseQueueAsync();

        var outcome = Assert.Single((await _world.Client.PushAsync(Text("default", "bob"))).Outcomes);

        Assert.Equal(
            (Outcome.Kept, "", "Gone: room room-1; it is delivered when the user is back."), (outcome.Outcome, outcome.Code, outcome.Message));
    }

    [Fact]
    public async Task Push_BusAway_IsKeptForLater()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob");
        _world.Bus.Fault = (_, _) => PublishOutcome.Unavailable;

        var reply = await _world.Client.PushAsync(Text("default", "bob", "off"));
        var toAll = await _world.Client.PushAsync(Everybody());

        Assert.Equal([Outcome.Kept, Outcome.Kept], reply.Outcomes.Select(one => one.Outcome));
        Assert.Equal("The message bus didn't confirm the message to room room-1 in time: it is delivered late.", reply.Outcomes[0].Message);
        Assert.Equal((0u, 1ul), (toAll.Rooms, toAll.Position.Seq));
        Assert.Equal((1u, 1ul), await InboxOfAsync("bob"));
    }

    [Fact]
    public async Task Push_Everybody_IsKeptAndGoesToAllRooms()
    {
        var room = await _world.OpenRoomAsync("room-1");
        var request = Everybody();
        request.Key = "all-1";
        var first = await _world.Client.PushAsync(request);
        var again = new PushReply();

        await Eventually.HoldsAsync(async () => (again = await _world.Client.PushAsync(request)).Rooms == 1, "the center knows the room");

        Assert.Equal((1ul, false), (first.Position.Seq, first.Repeated));
        Assert.Equal((first.MessageId, first.Position, true), (again.MessageId, again.Position, again.Repeated));
        var message = (await MessagesAsync(room, 2))[^1];
        Assert.Equal((first.MessageId, true, Audience.All, "shop"), (message.Id, message.Delivery.Everybody, message.Delivery.Audience, message.Delivery.App));
        Assert.Equal([first.Position.Seq], message.Delivery.Positions.Select(position => position.Seq));
        request.Payload = ByteString.CopyFromUtf8("another");
        await Refused.WithAsync(
            RefusalCode.KeyReused, "key: another message was kept for everybody under it; use a new key for a new message.", _world.Client.PushAsync(request));
    }

    [Fact]
    public async Task Push_RegisterAway_IsUndeliveredAndSaysWhatToDo()
    {
        await _world.Client.PushAsync(Text("default", "bob"));
        await _world.Register.DisposeAsync();
        var withKey = Text("default", "bob");
        withKey.Key = "k";
        var toAll = Everybody();

        var outcome = Assert.Single((await _world.Client.PushAsync(Text("default", "bob"))).Outcomes);
        var keyed = Assert.Single((await _world.Client.PushAsync(withKey)).Outcomes);

        Assert.Equal((Outcome.Undelivered, "try_later"), (outcome.Outcome, outcome.Code));
        Assert.Equal("Register's store doesn't answer. The message may have been kept; with a key the push could be repeated.", outcome.Message);
        Assert.Equal("Register's store doesn't answer. The message may have been kept: repeat the push with its key.", keyed.Message);
        toAll.App = "default";
        await Refused.WithAsync(
            RefusalCode.TryLater,
            "Register's store doesn't answer. The message may have been kept; with a key the push could be repeated. Try again in 1000 ms.",
            _world.Client.PushAsync(toAll));
    }

    [Fact]
    public async Task Push_TimeToLiveOverTheAppsLimit_IsRefused()
    {
        var request = Text("default", "bob");
        request.TtlMs = 604_800_001;

        await Refused.WithAsync(
            RefusalCode.InvalidArgument, "ttl_ms: 604,800,001; app 'default' keeps messages for 604,800,000 ms at most.", _world.Client.PushAsync(request));
    }

    [Fact]
    public async Task Push_PayloadOverTheAppsLimit_IsRefused()
    {
        var request = Text("default", "bob");
        request.Payload = ByteString.CopyFrom(new byte[32_769]);

        await Refused.WithAsync(
            RefusalCode.PayloadTooLarge, "payload: it has 32,769 bytes; the limit of app 'default' is 32,768.", _world.Client.PushAsync(request));
    }

    [Fact]
    public async Task Push_ManyAtOnce_AreAllKeptInSharedCalls()
    {
        const int Pushes = 2_000;
        var replies = await Task.WhenAll(Enumerable.Range(0, Pushes).Select(i => _world.Client.PushAsync(Text("default", $"u{i % 100}")).ResponseAsync));

        Assert.All(replies, reply => Assert.Equal(Outcome.Kept, reply.Outcomes[0].Outcome));
        Assert.Equal(
            Enumerable.Range(1, Pushes / 100).Select(seq => (ulong)seq),
            replies.Where(reply => reply.Outcomes[0].User == "u7").Select(reply => reply.Outcomes[0].Position.Seq).Order());
        var ledger = await _world.Client.GetLedgerAsync(new GetLedgerRequest { App = "default", Measure = true });
        Assert.Equal(((ulong)Pushes, (ulong)Pushes, (ulong)Pushes, true), (ledger.Accepted, ledger.Pending, ledger.MeasuredPending, ledger.Complete));
    }

    [Fact]
    public async Task Push_Outcomes_AreCounted()
    {
        await _world.Client.PushAsync(Text("default", "off"));

        var metrics = await _world.Center.MetricsAsync();
        Assert.Contains("center_push_users_total{outcome=\"kept\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("center_kept_messages_total{result=\"appended\"} 1", metrics, StringComparison.Ordinal);
        Assert.Contains("center_kept_waiting 0", metrics, StringComparison.Ordinal);
    }

    private static Users To(params string[] users) => new() { Users_ = { users } };

    private static PushRequest Text(string app, params string[] users) =>
        new() { App = app, Users = To(users), Payload = ByteString.CopyFromUtf8("hello"), Qos = Qos.AtLeastOnce };

    private static PushRequest Everybody() =>
        new() { App = "shop", Everybody = new Everybody(), Payload = ByteString.CopyFromUtf8("hello"), Qos = Qos.AtLeastOnce };

    private async Task<(uint Messages, ulong Head)> InboxOfAsync(string user)
    {
        var inbox = await _world.Client.GetInboxAsync(new GetInboxRequest { App = "default", User = user });
        return (inbox.Messages, inbox.Head.Seq);
    }

    private static async Task<IReadOnlyList<RoomMessage>> MessagesAsync(TestRoom room, int least)
    {
        await Eventually.HoldsAsync(() => room.Messages.Count >= least, $"{least} messages came");
        return room.Messages;
    }
}
