using Microservices.Bus;
using Microservices.Center.Kept;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microsoft.Extensions.Options;
using Outcome = Microservices.Contracts.Register.AppendResult.Types.Outcome;
using Session = Microservices.Contracts.Register.Session;
using SessionKey = Microservices.Contracts.Register.SessionKey;

namespace Microservices.Center.Tests.Kept;

public sealed class KeptFanoutTests
{
    private static readonly KeptMessage Content = new()
    {
        Id = "own",
        Audience = Audience.Several,
        NotifyOnly = true,
        Push = new Contracts.Bus.Push { Payload = Google.Protobuf.ByteString.CopyFromUtf8("hello"), Type = "news" },
    };

    private readonly ScriptedBus _bus = new();
    private readonly KeptOptions _options = new() { BusPatience = TimeSpan.FromMilliseconds(50) };
    private readonly KeptFanout _fanout;

    public KeptFanoutTests() => _fanout = new KeptFanout(_bus, Options.Create(_options));

    [Fact]
    public async Task Send_SeveralUsers_IsOneMessageARoomWithPositionsBesideTheRecipients()
    {
        AppendResult[] results =
        [
            Appended(3, 1_000, SessionOf(1, 11), SessionOf(2, 21)),
            new() { Outcome = Outcome.Full, Sessions = { SessionOf(1, 99) } },
            Appended(8, 1_007, SessionOf(1, 12)),
        ];

        var sent = await _fanout.SendAsync(Content, "shop", results);

        Assert.Equal(2, _bus.Published.Count);
        var message = Assert.Single(_bus.To(1));
        Assert.Equal(("own", "shop", Audience.Several, true), (message.Id, message.Delivery.App, message.Delivery.Audience, message.Delivery.NotifyOnly));
        Assert.Equal([(11ul, 3ul), (12ul, 8ul)], message.Delivery.Recipients.Select(key => key.Session).Zip(message.Delivery.Positions.Select(position => position.Seq)));
        Assert.Equal(("hello", "news", 1_007), (message.Delivery.Push.Payload.ToStringUtf8(), message.Delivery.Push.Type, message.Delivery.Push.ExpiresUnixMs));
        Assert.Equal(0, Content.Push.ExpiresUnixMs);
        Assert.Equal(PublishOutcome.Accepted, sent.To(results[0].Sessions[1], results[0]));
    }

    [Fact]
    public async Task Send_RepeatOfSome_NamesThemAsThen()
    {
        var repeated = new AppendResult(Appended(2, 500, SessionOf(1, 11))) { Outcome = Outcome.Repeated, MessageId = "first" };
        var done = new AppendResult(Appended(1, 500, SessionOf(1, 13))) { Outcome = Outcome.Repeated, MessageId = "first", Done = true };

        await _fanout.SendAsync(Content, "shop", [repeated, done, Appended(1, 1_000, SessionOf(1, 12))]);

        Assert.Equal([("first", 11ul, 500L), ("own", 12ul, 1_000L)], _bus.To(1).Select(message =>
            (message.Id, Assert.Single(message.Delivery.Recipients).Session, message.Delivery.Push.ExpiresUnixMs)));
    }

    [Fact]
    public async Task Send_Chat_IsSentAsChat()
    {
        var chat = new KeptMessage { Id = "c", Audience = Audience.One, Chat = new Contracts.Bus.Chat { ChatFrom = "ann", ChatContent = "hi" } };

        await _fanout.SendAsync(chat, "shop", [Appended(1, 1_000, SessionOf(1, 11))]);

        Assert.Equal(chat.Chat, Assert.Single(_bus.To(1)).Delivery.Chat);
    }

    [Fact]
    public async Task Send_BusTakesItsTime_IsNotWaitedForLongerThanThePatience()
    {
        var gate = new TaskCompletionSource();
        _bus.Taking = room => room == 2 ? gate.Task : Task.CompletedTask;
        var result = Appended(1, 1_000, SessionOf(1, 11), SessionOf(2, 21));

        var sent = await _fanout.SendAsync(Content, "shop", [result]);
        gate.SetResult();

        Assert.Equal([PublishOutcome.Accepted, PublishOutcome.Unavailable], result.Sessions.Select(session => sent.To(session, result)));
        await Testing.Eventually.HoldsAsync(() => _bus.Published.Count == 2, "the bus had it all the same");
    }

    [Fact]
    public async Task Send_BusKnownToBeAway_IsNotWaitedFor()
    {
        _options.BusPatience = TimeSpan.FromDays(1);
        _bus.IsConnected = false;
        _bus.Taking = static _ => new TaskCompletionSource().Task;
        var result = Appended(1, 1_000, SessionOf(1, 11));

        var sent = await _fanout.SendAsync(Content, "shop", [result]);

        Assert.Equal(PublishOutcome.Unavailable, sent.To(result.Sessions[0], result));
        Assert.Equal(PublishOutcome.Unavailable, await _fanout.SendToEverybodyAsync(Content, "shop", result));
    }

    [Fact]
    public async Task SendToEverybody_HasOnePosition()
    {
        Assert.Equal(PublishOutcome.Accepted, await _fanout.SendToEverybodyAsync(Content, "shop", Appended(9, 1_000)));

        var delivery = Assert.Single(_bus.To(null)).Delivery;
        Assert.Equal((true, 9ul, 1_000), (delivery.Everybody, Assert.Single(delivery.Positions).Seq, delivery.Push.ExpiresUnixMs));
    }

    private static AppendResult Appended(ulong seq, long expires, params Session[] sessions) => new()
    {
        Outcome = Outcome.Appended,
        Position = new Position { Epoch = 5, Seq = seq },
        ExpiresUnixMs = expires,
        Sessions = { sessions },
    };

    private static Session SessionOf(ulong room, ulong number) => new() { Incarnation = room, Key = new SessionKey { Session = number, Epoch = 1 } };
}
