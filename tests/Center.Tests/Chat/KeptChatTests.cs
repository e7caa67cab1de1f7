using Microservices.Bus;
using Microservices.Center.Apps;
using Microservices.Center.Chat;
using Microservices.Center.Fanout;
using Microservices.Center.Kept;
using Microservices.Center.Sessions;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Outcome = Microservices.Contracts.Register.AppendResult.Types.Outcome;

namespace Microservices.Center.Tests.Chat;

/// <summary>Batches of chat of an app that keeps it.</summary>
public sealed class KeptChatTests : IDisposable
{
    private readonly ScriptedBus _bus = new();
    private readonly ScriptedRegister _register = new();
    private readonly TestMeters _meters = new();
    private readonly ChatOptions _options = new() { RetryPause = TimeSpan.FromMilliseconds(1), MaxRetryPause = TimeSpan.FromMilliseconds(5) };
    private readonly KeptOptions _kept = new() { RetryFor = TimeSpan.Zero };

    public KeptChatTests() => _register.KnownApps["default"] = new App
    {
        Name = "default",
        Chat = new ChatPolicy { Users = true, Broadcast = true },
        Keep = new KeepPolicy { Chat = true },
    };

    public void Dispose() => _meters.Dispose();

    [Fact]
    public async Task Handle_OnlineAndOffline_AreKeptAndSentWithoutALookUpOrANotice()
    {
        _register.Online("bob", room: 1, session: 5);

        await HandleAsync(Uplink.Chat("ann", 1, ["bob", "off"]));

        var message = Assert.Single(_bus.Published).Message;
        Assert.Equal((Audience.Several, "ann", "ann 1", 1ul), (message.Delivery.Audience, message.Delivery.Chat.ChatFrom, message.Delivery.Chat.ChatContent, Assert.Single(message.Delivery.Positions).Seq));
        Assert.Equal("ann 1", Assert.Single(_register.Channels.LogOf("off")).Chat.ChatContent);
        Assert.Empty(_register.Lookups);
        Assert.Equal((1, 1), (_meters["center.chat.messages(several,kept)"], _meters["center.chat.recipients()"]));
    }

    [Fact]
    public async Task Handle_AllOnline_IsSent()
    {
        _register.Online("bob", room: 1, session: 5);

        await HandleAsync(Uplink.Chat("ann", 1, ["bob"]));

        Assert.Equal(1, _meters["center.chat.messages(one,sent)"]);
    }

    [Fact]
    public async Task Handle_ToAll_IsNotKept()
    {
        await HandleAsync(Uplink.Chat("ann", 1, [], command: 4));

        Assert.Null(Assert.Single(_bus.Published).Room);
        Assert.Empty(_register.Channels.Requests);
    }

    [Fact]
    public async Task Handle_BatchComesAgainToAnotherCenter_IsKeptOnce()
    {
        UplinkMessage[] batch = [Uplink.Chat("ann", 1, ["bob"]), Uplink.Chat("ann", 2, ["bob"])];

        await HandleAsync(batch);
        await HandleAsync(batch);

        Assert.Equal(["ann 1", "ann 2"], _register.Channels.LogOf("bob").Select(message => message.Chat.ChatContent));
        Assert.Equal("chat:000000000000000a-0000000000000007-1", _register.Channels.Requests[0].Messages[0].Key);
    }

    [Fact]
    public async Task Handle_ManySenders_KeepTheirOrderAndShareCalls()
    {
        var batch = Enumerable.Range(1, 8).SelectMany(i => Enumerable.Range(0, 20).Select(sender => Uplink.Chat($"s{sender}", (ulong)i, ["bob"]))).ToArray();

        // A sender has one message on its way at a time. Each call is answered when all senders who have one left wait for an answer, or behind this call.
        var underWay = 0;
        _register.Channels.Before = request =>
        {
            Interlocked.Add(ref underWay, request.Messages.Count);
            return Eventually.HoldsAsync(
                () => Volatile.Read(ref underWay) + _meters.Observe("center.kept.waiting")
                    >= 20 - _register.Channels.LogOf("bob").CountBy(static message => message.Chat.ChatFrom).Count(static sender => sender.Value == 8),
                "everybody waits");
        };
        _register.Channels.After = request => Interlocked.Add(ref underWay, -request.Messages.Count);
        await HandleAsync(batch);

        var came = _register.Channels.LogOf("bob").ToLookup(message => message.Chat.ChatFrom, message => message.Chat.ChatContent);
        Assert.Equal(20, came.Count);
        Assert.All(came, sender => Assert.Equal(Enumerable.Range(1, 8).Select(i => $"{sender.Key} {i}"), sender));
        Assert.InRange(_register.Channels.Requests.Count, 8, batch.Length / 2);
    }

    [Fact]
    public async Task Handle_AnswerLost_KeepsOrderAndNothingTwice()
    {
        _register.Online("bob", room: 1, session: 5);
        var losses = 2;
        _register.Channels.After = request =>
        {
            if (losses-- > 0)
            {
                throw ScriptedRegister.Away;
            }
        };

        await HandleAsync([.. Enumerable.Range(1, 4).Select(i => Uplink.Chat("ann", (ulong)i, ["bob"]))]);

        Assert.Equal(["ann 1", "ann 2", "ann 3", "ann 4"], _register.Channels.LogOf("bob").Select(message => message.Chat.ChatContent));
        Assert.Equal([1ul, 2ul, 3ul, 4ul], _bus.To(1).Select(message => message.Delivery.Positions[0].Seq));
        Assert.Equal(2, _meters["center.chat.retries()"]);
    }

    [Fact]
    public async Task Handle_OneRecipientsPartSilent_IsSentToTheOthersAtOnceAndDoneAgain()
    {
        _register.Online("bob", room: 1, session: 5).Online("cid", room: 1, session: 6);
        var silent = 1;
        _register.Channels.Fault = message => message.User == "cid" && silent-- > 0 ? new AppendResult { Outcome = Outcome.Unavailable } : null;

        await HandleAsync(Uplink.Chat("ann", 1, ["bob", "cid"]));

        Assert.Equal(["5", "5 6"], _bus.To(1).Select(message => string.Join(' ', message.Delivery.Recipients.Select(key => key.Session))));
        Assert.Single(_bus.To(1).Select(message => message.Id).Distinct());
        Assert.Single(_register.Channels.LogOf("bob"));
        Assert.Single(_register.Channels.LogOf("cid"));
    }

    [Fact]
    public async Task Handle_BusAway_IsLeftToTheLog()
    {
        _register.Online("bob", room: 1, session: 5);
        _bus.Outcome = static (_, _) => PublishOutcome.Unavailable;

        await HandleAsync(Uplink.Chat("ann", 1, ["bob"]));

        Assert.Single(_register.Channels.LogOf("bob"));
        Assert.Equal((1, 0), (_meters["center.chat.messages(one,kept)"], _meters["center.chat.retries()"]));
    }

    [Fact]
    public async Task Handle_InboxFull_TellsTheSender()
    {
        _register.Channels.Fault = static message => message.User == "off"
            ? null
            : new AppendResult { Outcome = Outcome.Full, Message = "the inbox has 1000 messages; that is the limit of app default (keep.max_messages)" };

        await HandleAsync(Uplink.Chat("ann", 1, ["bob", "off", "cid"]), Uplink.Chat("ann", 2, ["bob"]));

        var notices = _bus.To(Uplink.Room).Select(message => message.Notice).ToArray();
        Assert.Equal([(3u, 4520u, "r1"), (2u, 4520u, "r2")], notices.Select(notice => (notice.Command, notice.Code, notice.RequestId)));
        Assert.Equal(
            "Not kept for 2 of 3 recipients: bob, cid. The inbox has 1000 messages; that is the limit of app default (inbox_max_messages).", notices[0].Message);
        Assert.Equal(
            (1, 1, 2),
            (_meters["center.chat.messages(several,partly_delivered)"], _meters["center.chat.messages(one,not_delivered)"], _meters["center.chat.notices(inbox_full)"]));
    }

    private Task HandleAsync(params UplinkMessage[] batch)
    {
        // A new center each time: one that did not see the batch before.
        var metrics = _meters.NewMetrics();
        var kept = new KeptChat(new Appender(_register.Channels, Options.Create(_kept), metrics, TimeProvider.System), new KeptFanout(_bus, Options.Create(_kept)));
        var batches = new ChatBatches(
            new AppCatalog(_register.Apps),
            new SessionLookup(_register.Sessions),
            new ChatSender(_bus, new RoomPublisher(_bus), kept, metrics),
            Options.Create(_options),
            metrics,
            TimeProvider.System,
            NullLogger<ChatBatches>.Instance);
        return batches.HandleAsync(0, batch, CancellationToken.None, CancellationToken.None);
    }
}
