using Grpc.Core;
using Microservices.Bus;
using Microservices.Center.Apps;
using Microservices.Center.Chat;
using Microservices.Center.Fanout;
using Microservices.Center.Kept;
using Microservices.Center.Sessions;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SessionKey = Microservices.Contracts.Bus.SessionKey;

namespace Microservices.Center.Tests.Chat;

public sealed class ChatBatchesTests : IDisposable
{
    private readonly ScriptedBus _bus = new();
    private readonly ScriptedRegister _register = new();
    private readonly TestMeters _meters = new();
    private readonly ChatOptions _options = new() { RetryPause = TimeSpan.FromMilliseconds(1), MaxRetryPause = TimeSpan.FromMilliseconds(5) };
    private readonly ChatBatches _batches;

    public ChatBatchesTests()
    {
        _register.KnownApps["default"] = new App { Name = "default", Chat = new ChatPolicy { Users = true, Broadcast = true } };
        var metrics = _meters.NewMetrics();
        var kept = new KeptOptions { RetryFor = TimeSpan.Zero };
        _batches = new ChatBatches(
            new AppCatalog(_register.Apps),
            new SessionLookup(_register.Sessions),
            new ChatSender(
                _bus,
                new RoomPublisher(_bus),
                new KeptChat(new Appender(_register.Channels, Options.Create(kept), metrics, TimeProvider.System), new KeptFanout(_bus, Options.Create(kept))),
                metrics),
            Options.Create(_options),
            metrics,
            TimeProvider.System,
            NullLogger<ChatBatches>.Instance);
    }

    public void Dispose() => _meters.Dispose();

    [Fact]
    public async Task Handle_ChatToOne_GoesToTheUsersSessionsInEachRoom()
    {
        _register.Online("bob", room: 1, session: 5).Online("bob", room: 2, session: 6);

        await HandleAsync(Uplink.Chat("ann", 1, ["bob"]));

        Assert.Equal(2, _bus.Published.Count);
        var delivery = Assert.Single(_bus.To(2)).Delivery;
        Assert.Equal(("default", Audience.One, "ann", "ann 1"), (delivery.App, delivery.Audience, delivery.Chat.ChatFrom, delivery.Chat.ChatContent));
        Assert.Equal([new SessionKey { Session = 6, Epoch = 1_006 }], delivery.Recipients);
        Assert.Equal(1, _meters["center.chat.messages(one,sent)"]);
        Assert.Equal(2, _meters["center.chat.recipients()"]);
    }

    [Fact]
    public async Task Handle_ChatToOneself_Comes()
    {
        _register.Online("ann", room: Uplink.Room, session: 7);

        await HandleAsync(Uplink.Chat("ann", 1, ["ann"]));

        Assert.Equal([new SessionKey { Session = 7, Epoch = 1_007 }], Assert.Single(_bus.To(Uplink.Room)).Delivery.Recipients);
    }

    [Fact]
    public async Task Handle_ChatToSeveral_ReachesEachOnceTheNamedSenderToo()
    {
        _register.Online("ann", room: 1, session: 4).Online("bob", room: 1, session: 5).Online("cid", room: 1, session: 6);

        await HandleAsync(Uplink.Chat("ann", 1, ["bob", "cid", "bob", "ann"]));

        var delivery = Assert.Single(_bus.Published).Message.Delivery;
        Assert.Equal(Audience.Several, delivery.Audience);
        Assert.Equal([5ul, 6ul, 4ul], delivery.Recipients.Select(key => key.Session));
    }

    [Fact]
    public async Task Handle_ChatToAll_GoesToAllRoomsButNotToTheSendersSession()
    {
        await HandleAsync(Uplink.Chat("ann", 1, [], command: 4));

        var (room, message, _) = Assert.Single(_bus.Published);
        Assert.Null(room);
        Assert.True(message.Delivery.Everybody);
        Assert.Equal((Audience.All, 7ul, 1_007ul), (message.Delivery.Audience, message.Delivery.Except.Session, message.Delivery.Except.Epoch));
        Assert.Empty(_register.Lookups);
    }

    [Fact]
    public async Task Handle_OfflineRecipients_TellsTheSenderOnce()
    {
        _register.Online("bob", room: 1, session: 5);
        string[] offline = [.. Enumerable.Range(1, 12).Select(i => $"off{i}")];

        await HandleAsync(Uplink.Chat("ann", 1, ["bob", .. offline]));

        Assert.Single(_bus.To(1));
        var notice = Assert.Single(_bus.To(Uplink.Room)).Notice;
        Assert.Equal((7ul, 3u, "r1", 4507u), (notice.Session.Session, notice.Command, notice.RequestId, notice.Code));
        Assert.Equal(
            "Not delivered to 12 of 13 recipients, who are offline: off1, off2, off3, off4, off5, off6, off7, off8, off9, off10 and 2 more.",
            notice.Message);
        Assert.Equal((1, 1), (_meters["center.chat.messages(several,partly_delivered)"], _meters["center.chat.notices(not_delivered)"]));
    }

    [Fact]
    public async Task Handle_RoomOfRecipientGone_TellsTheSender()
    {
        _register.Online("bob", room: 1, session: 5);
        _bus.Outcome = (room, _) => room == 1 ? PublishOutcome.NoRoom : PublishOutcome.Accepted;

        await HandleAsync(Uplink.Chat("ann", 1, ["bob"]));

        Assert.Equal("Not delivered to 1 of 1 recipients, who are offline: bob.", Assert.Single(_bus.To(Uplink.Room)).Notice.Message);
        Assert.Equal(1, _meters["center.chat.messages(one,not_delivered)"]);
    }

    [Fact]
    public async Task Handle_NoticeAndDeliveryToOneRoom_HaveDifferentIds()
    {
        _register.Online("bob", room: Uplink.Room, session: 5);

        await HandleAsync(Uplink.Chat("ann", 1, ["bob", "off"]));

        Assert.Equal(2, _bus.To(Uplink.Room).Select(message => message.Id).Distinct().Count());
    }

    [Fact]
    public async Task Handle_PolicyForbids_TellsTheSenderAndNobodyElse()
    {
        _register.KnownApps["default"] = new App { Name = "default" };
        _register.Online("bob", room: 1, session: 5);

        await HandleAsync(Uplink.Chat("ann", 1, ["bob"]), Uplink.Chat("ann", 2, [], command: 4));

        Assert.Equal([4505u, 4505u], _bus.To(Uplink.Room).Select(message => message.Notice.Code));
        Assert.Equal(2, _bus.Published.Count);
        Assert.Equal(1, _meters["center.chat.messages(all,refused)"]);
    }

    [Fact]
    public async Task Handle_UnknownApp_TellsTheSender()
    {
        var message = Uplink.Chat("ann", 1, ["bob"]);
        message.App = "other";

        await HandleAsync(message);

        Assert.Equal(4504u, Assert.Single(_bus.To(Uplink.Room)).Notice.Code);
    }

    [Fact]
    public async Task Handle_TooOldOrNotUnderstood_IsDroppedAndCounted()
    {
        var old = DateTimeOffset.UtcNow.AddMinutes(-5).AddSeconds(-1).ToUnixTimeMilliseconds();
        var unknown = Uplink.Chat("ann", 2, ["bob"]);
        unknown.ClearKind();

        await HandleAsync(Uplink.Chat("ann", 1, ["bob"], receivedUnixMs: old), unknown);

        Assert.Empty(_bus.Published);
        Assert.Equal((1, 1), (_meters["center.chat.messages(one,expired)"], _meters["center.chat.messages(unknown,not_understood)"]));
    }

    [Fact]
    public async Task Handle_RepeatsOfTheBus_AreDropped()
    {
        _register.Online("bob", room: 1, session: 5);
        var first = Uplink.Chat("ann", 1, ["bob"]);

        await HandleAsync(first, first.Clone());
        await HandleAsync(first.Clone(), Uplink.Chat("ann", 2, ["bob"]));

        Assert.Equal(["ann 1", "ann 2"], _bus.To(1).Select(message => message.Delivery.Chat.ChatContent));
        Assert.Equal(2, _meters["center.chat.messages(one,repeated)"]);
    }

    [Fact]
    public async Task Handle_ManySendersAndTargets_AreOneLookUpAnApp()
    {
        _register.KnownApps["shop"] = _register.KnownApps["default"].Clone();
        var ofShop = Uplink.Chat("eve", 1, ["bob"]);
        ofShop.App = "shop";

        await HandleAsync(Uplink.Chat("ann", 1, ["bob"]), Uplink.Chat("cid", 1, ["bob", "dan"]), ofShop);

        Assert.Equal(["default", "shop"], _register.Lookups.Select(lookup => lookup.App).Order());
        Assert.Equal(["bob", "dan"], _register.Lookups.Single(lookup => lookup.App == "default").Users);
    }

    [Fact]
    public async Task Handle_BusAwayForOneMessage_KeepsTheSendersOrderAndRepeatsNothingElse()
    {
        _register.Online("bob", room: 1, session: 5);
        var refusals = 3;
        _bus.Outcome = (_, message) =>
            message.Delivery.Chat.ChatContent == "ann 2" && refusals-- > 0 ? PublishOutcome.Unavailable : PublishOutcome.Accepted;

        await HandleAsync([.. Enumerable.Range(1, 4).SelectMany(i => new[] { Uplink.Chat("ann", (ulong)i, ["bob"]), Uplink.Chat("cid", (ulong)i, ["bob"]) })]);

        var came = _bus.To(1).Select(message => message.Delivery.Chat.ChatContent).ToArray();
        Assert.Equal(["ann 1", "ann 2", "ann 3", "ann 4"], came.Where(content => content.StartsWith("ann", StringComparison.Ordinal)));
        Assert.Equal(["cid 1", "cid 2", "cid 3", "cid 4"], came.Where(content => content.StartsWith("cid", StringComparison.Ordinal)));
        Assert.Equal(3, _meters["center.chat.retries()"]);
        Assert.Single(_bus.Published.Where(one => one.Message.Delivery.Chat.ChatContent == "ann 2").Select(one => one.Message.Id).Distinct());
    }

    [Fact]
    public async Task Handle_RegisterAwayForAWhile_LosesNothing()
    {
        _register.Online("bob", room: 1, session: 5);
        var failures = 3;
        _register.OnLookup = _ =>
        {
            if (failures-- > 0)
            {
                throw ScriptedRegister.Away;
            }
        };

        await HandleAsync(Uplink.Chat("ann", 1, ["bob"]), Uplink.Chat("ann", 2, ["bob"]));

        Assert.Equal(["ann 1", "ann 2"], _bus.To(1).Select(message => message.Delivery.Chat.ChatContent));
    }

    [Fact]
    public async Task Handle_RegisterAwayTooLong_DropsAndCounts()
    {
        _options.MaxAge = TimeSpan.FromMilliseconds(100);
        _register.OnLookup = static _ => throw ScriptedRegister.Away;

        await HandleAsync(Uplink.Chat("ann", 1, ["bob"]), Uplink.Chat("cid", 1, ["bob"]));

        Assert.Empty(_bus.Published);
        Assert.Equal(2, _meters["center.chat.messages(one,expired)"]);
    }

    [Fact]
    public async Task Handle_StoppedWhileItWaits_GivesTheBatchBack()
    {
        _options.RetryPause = _options.MaxRetryPause = TimeSpan.FromMinutes(1);
        using var stopping = new CancellationTokenSource();
        _register.OnLookup = _ =>
        {
            stopping.Cancel();
            throw ScriptedRegister.Away;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _batches.HandleAsync(0, [Uplink.Chat("ann", 1, ["bob"])], stopping.Token, CancellationToken.None));

        Assert.Empty(_bus.Published);
    }

    [Fact]
    public async Task Handle_FaultOfOurs_HoldsUpNobody()
    {
        _register.Online("bob", room: 1, session: 5);
        _bus.Outcome = (_, message) => message.Delivery.Chat.ChatContent == "ann 1" ? throw new InvalidOperationException("a bug") : PublishOutcome.Accepted;

        await HandleAsync(Uplink.Chat("ann", 1, ["bob"]), Uplink.Chat("ann", 2, ["bob"]), Uplink.Chat("cid", 1, ["bob"]));

        Assert.Equal(["ann 2", "cid 1"], _bus.To(1).Select(message => message.Delivery.Chat.ChatContent).Order());
        Assert.Equal(1, _meters["center.chat.messages(one,failed)"]);
    }

    [Fact]
    public async Task Handle_RegisterRefusesTheLookup_LeavesItToTheBusToFindTheBadMessage()
    {
        // Tried again here, it would hold up the queue until the batch is too old, and take the good messages with it.
        _register.Online("bob", room: 1, session: 5).OnLookup = static lookup =>
        {
            if (lookup.Users.Contains("bad"))
            {
                throw new RpcException(new Status(StatusCode.InvalidArgument, "users: bad"));
            }
        };
        var (good, bad) = (Uplink.Chat("ann", 1, ["bob"]), Uplink.Chat("cid", 1, ["bad"]));

        await Assert.ThrowsAsync<RpcException>(() => HandleAsync(good, bad));
        await HandleAsync(good);

        Assert.Single(_bus.To(1));
    }

    private Task HandleAsync(params UplinkMessage[] batch) => _batches.HandleAsync(0, batch, CancellationToken.None, CancellationToken.None);
}
