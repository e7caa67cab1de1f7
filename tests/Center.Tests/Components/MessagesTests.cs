using Google.Protobuf;
using Microservices.Center.ApiKeys;
using Microservices.Center.Refusals;
using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;

namespace Microservices.Center.Tests.Components;

/// <summary>GetInbox, ListDeadLetters and GetLedger, on a real register.</summary>
public sealed class MessagesTests : IAsyncLifetime
{
    private World _world = null!;
    private string _keyOfShop = "";

    public async ValueTask InitializeAsync() => _world = await World.StartAsync(world =>
        _keyOfShop = ApiKeyFile.Add(world.KeyFile, "shop", ["shop"], [ApiScope.Messages]));

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task GetInbox_KeptAndAcknowledged_SaysWhatWaitsAndHowFarReadersAre()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob", "phone", "shop");
        await room.OpenChannelsAsync("bob", "phone", "shop");
        var first = await PushAsync("shop", "bob");
        var second = await PushAsync("shop", "bob");
        await room.AcknowledgeAsync("bob", first, "phone", "shop");

        var inbox = await _world.Client.GetInboxAsync(new GetInboxRequest { App = "shop", User = "bob" });

        Assert.Equal((second, 1u), (inbox.Head, inbox.Messages));
        Assert.NotEqual(0ul, inbox.Bytes);
        var reader = Assert.Single(inbox.Readers);
        Assert.Equal(("phone", first), (reader.Device, reader.Acknowledged));
        Assert.NotEqual(0, reader.SeenUnixMs);
    }

    [Fact]
    public async Task GetInbox_Nothing_IsEmpty()
    {
        var inbox = await _world.Client.GetInboxAsync(new GetInboxRequest { App = "shop", User = "nobody" });

        Assert.Equal(new GetInboxReply { Head = new ChannelPosition() }, inbox);
    }

    [Fact]
    public async Task GetLedger_OneOfEach_IsInBalance()
    {
        var room = await _world.OpenRoomAsync("room-1");
        await room.LoginAsync("bob");
        await room.OpenChannelsAsync("bob");
        await room.AcknowledgeAsync("bob", await PushAsync("default", "bob"));
        await PushAsync("default", "bob");

        var ledger = await _world.Client.GetLedgerAsync(new GetLedgerRequest { App = "default", Measure = true });
        var counted = await _world.Client.GetLedgerAsync(new GetLedgerRequest { App = "default" });

        Assert.Equal(new GetLedgerReply { Accepted = 2, Acknowledged = 1, Pending = 1, MeasuredPending = 1, Complete = true }, ledger);
        Assert.Equal(new GetLedgerReply { Accepted = 2, Acknowledged = 1, Pending = 1, Complete = true }, counted);
    }

    [Fact]
    public async Task Calls_KeyForTheAppWithTheScope_AreAllowedThereOnly()
    {
        var client = _world.Center.Client(_keyOfShop);

        await client.GetInboxAsync(new GetInboxRequest { App = "shop", User = "bob" });
        await client.ListDeadLettersAsync(new ListDeadLettersRequest { App = "shop" });
        await client.GetLedgerAsync(new GetLedgerRequest { App = "shop" });

        const string Sentence = "API key 'shop' is not for app 'default'.";
        await Refused.WithAsync(RefusalCode.Forbidden, Sentence, client.GetInboxAsync(new GetInboxRequest { App = "default", User = "bob" }));
        await Refused.WithAsync(RefusalCode.Forbidden, Sentence, client.ListDeadLettersAsync(new ListDeadLettersRequest { App = "default" }));
        await Refused.WithAsync(RefusalCode.Forbidden, Sentence, client.GetLedgerAsync(new GetLedgerRequest { App = "default" }));
        await Refused.WithAsync(
            RefusalCode.Forbidden,
            "API key 'shop' has no scope 'push'; it has: messages.",
            client.PushAsync(new PushRequest { App = "shop", Everybody = new Everybody(), Payload = ByteString.CopyFromUtf8("x") }));
    }

    [Fact]
    public async Task Calls_BadInput_AreRefused()
    {
        await Refused.WithAsync(
            RefusalCode.InvalidArgument, "user: user is empty; it takes 1 to 128 bytes.", _world.Client.GetInboxAsync(new GetInboxRequest { App = "shop" }));
        await Refused.WithAsync(
            RefusalCode.UnknownApp, "There is no app 'nothing'.", _world.Client.GetInboxAsync(new GetInboxRequest { App = "nothing", User = "bob" }));
        await Refused.WithAsync(
            RefusalCode.InvalidArgument,
            "limit: 101; a page has 1 to 100 dead letters, 0 = 20.",
            _world.Client.ListDeadLettersAsync(new ListDeadLettersRequest { App = "shop", Limit = 101 }));
        await Refused.WithAsync(
            RefusalCode.InvalidArgument,
            "user: user has a control character or is not well-formed.",
            _world.Client.ListDeadLettersAsync(new ListDeadLettersRequest { App = "shop", User = "a\u0007" }));
        await Refused.WithAsync(RefusalCode.UnknownApp, "There is no app 'nothing'.", _world.Client.GetLedgerAsync(new GetLedgerRequest { App = "nothing" }));
    }

    private async Task<ChannelPosition> PushAsync(string app, string user)
    {
        var reply = await _world.Client.PushAsync(new PushRequest
        {
            App = app,
            Users = new Users { Users_ = { user } },
            Payload = ByteString.CopyFromUtf8("hello"),
            ContentType = "text/plain",
            Qos = Qos.AtLeastOnce,
        });
        return reply.Outcomes[0].Position;
    }
}
