using System.Collections.Concurrent;
using Microservices.Client.Apps;
using Microservices.Client.Cursors;
using Microservices.Client.Messages;
using Microservices.Client.Receiving;
using Microservices.Client.Tests.Server;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Client.Tests.Apps;

/// <summary>Further apps on the client's connection.</summary>
public sealed class BindTests : IAsyncDisposable
{
    private readonly FakeGateway _gateway = new();
    private readonly MemoryCursorStore _cursors = new();
    private readonly ConcurrentQueue<AppState> _states = [];
    private readonly Watched _client;

    public BindTests()
    {
        _client = new Watched(new PushClientOptions
        {
            User = "ann",
            Token = "t1",
            Endpoints = [_gateway.Endpoint],
            Reconnect = Watched.Quick,
            Receive = new ReceiveOptions { Cursors = _cursors },
        });
        _client.Client.AppChanged += _states.Enqueue;
        _client.Client.Start();
    }

    private static AppLogin Shop => new() { App = "shop", User = "ann.k", Token = "t2", Device = "d" };

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _gateway.Dispose();
    }

    [Fact]
    public async Task Bind_IsAskedForWithTheAppsOwnLogin_AndReturnsWhenItIsBound()
    {
        using var connection = await _gateway.AcceptVerifiedAsync(acknowledges: true);

        var binding = _client.Client.BindAsync(Shop);
        var bind = await connection.ReadAsync<Bind>(Command.Bind);
        Assert.Equal(("shop", "ann.k", "t2", "d", ""), (bind.App, bind.User, bind.Token, bind.Device, bind.Resume));
        Assert.Equal([Features.Ack], bind.Features);
        Assert.False(binding.IsCompleted);
        await AnswerAsync(connection, bind, "ticket-1");

        await binding.WaitAsync(Eventually.DefaultDeadline);
        await Until(AppPhase.Bound);
        Assert.Equal("9-9", _states.Single().Session);
    }

    [Fact]
    public async Task Messages_OfBothApps_AreHandledAndAcknowledgedApart()
    {
        using var connection = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        await BindAsync(connection);

        await Kept.SendAsync(connection, Push("", 1), Push("shop", 1), Push("shop", 2));
        await _client.Until(() => _client.Pushes.Count == 3, "all are handled");

        var acknowledged = new Dictionary<string, ulong>();
        while (acknowledged.GetValueOrDefault("") < 1 || acknowledged.GetValueOrDefault("shop") < 2)
        {
            var ack = await connection.ReadAsync<Ack>(Command.Ack);
            acknowledged[ack.App] = Assert.Single(ack.Positions).Seq;
        }

        Assert.Equal(0, _client.Client.Received.Repeats);
        Assert.Equal(new MessagePosition(1, 2), await _cursors.LoadAsync(new CursorKey("shop", "ann.k", "d", "inbox"), default));
        Assert.Equal(new MessagePosition(1, 1), await _cursors.LoadAsync(new CursorKey("default", "ann", "", "inbox"), default));
    }

    [Fact]
    public async Task Reconnect_BindsAgainWithTheLatestTicket()
    {
        var first = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        await BindAsync(first, "ticket-1");
        first.Dispose();

        using var second = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        var bind = await second.ReadAsync<Bind>(Command.Bind);
        Assert.Equal(("shop", "t2", "ticket-1"), (bind.App, bind.Token, bind.Resume));
        await AnswerAsync(second, bind, "ticket-2", resumed: true);

        await Until(AppPhase.Bound, AppPhase.Waiting, AppPhase.Bound);
        Assert.True(_states.Last().Resumed);
        Assert.DoesNotContain("ticket", string.Join('\n', _states), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Code.Kicked)]
    [InlineData(Code.Displaced)]
    [InlineData(Code.TokenRevoked)]
    public async Task Unbound_ForGood_EndsTheAppAlone(Code code)
    {
        using var connection = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        await BindAsync(connection);

        await connection.SendAsync(Command.Unbound, new Unbound { App = "shop", Code = code, Reason = CodeTable.NameOf(code), Message = "m" });
        await Kept.SendAsync(connection, Push("shop", 7), Push("", 1));

        await Until(AppPhase.Bound, AppPhase.Ended);
        Assert.Equal((code, "m"), (_states.Last().Code, _states.Last().Message));
        await _client.Until(() => _client.Pushes.Count == 1, "the own app's arrives");
        Assert.Equal("default", _client.Pushes.Single().App);
        Assert.Equal(ClientPhase.Verified, _client.Client.State.Phase);
        Assert.Equal("", (await connection.ReadAsync<Ack>(Command.Ack)).App);
    }

    [Fact]
    public async Task Unbind_IsSaid_AndTheAppIsNotBoundAgain()
    {
        var first = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        await BindAsync(first);

        var unbinding = _client.Client.UnbindAsync("shop");
        Assert.Equal("shop", (await first.ReadAsync<Unbind>(Command.Unbind)).App);
        Assert.False(unbinding.IsCompleted);
        await first.SendAsync(Command.Unbound, new Unbound { App = "shop", Code = Code.Goodbye, Reason = "goodbye" });
        await unbinding.WaitAsync(Eventually.DefaultDeadline);
        first.Dispose();

        using var second = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        await _client.Until(ClientPhase.Verified);
        await Kept.SaysNothingAsync(second, _client.Client);
        await Until(AppPhase.Bound, AppPhase.Ended);
        Assert.Equal(Code.NotBound, (await Assert.ThrowsAsync<PushClientException>(() => _client.Client.UnbindAsync("shop"))).Code);
    }

    [Fact]
    public async Task Bind_RefusedForGood_Throws_AndTheClientGoesOn()
    {
        using var connection = await _gateway.AcceptVerifiedAsync(acknowledges: true);

        var binding = _client.Client.BindAsync(Shop);
        var bind = await connection.ReadAsync<Bind>(Command.Bind);
        await connection.SendAsync(Command.BindResult, new BindResult { Reason = "wrong_token", App = "shop", Id = bind.Id });

        Assert.Equal(Code.WrongToken, (await Assert.ThrowsAsync<PushClientException>(() => binding.WaitAsync(Eventually.DefaultDeadline))).Code);
        await Until(AppPhase.Ended);
        await Kept.SaysNothingAsync(connection, _client.Client);
        Assert.Empty(_client.Errors);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bind_RefusedForAPassingCause_IsTriedAgain(bool asError)
    {
        using var connection = await _gateway.AcceptVerifiedAsync(acknowledges: true);

        var binding = _client.Client.BindAsync(Shop);
        var first = await connection.ReadAsync<Bind>(Command.Bind);
        await (asError
            ? connection.SendAsync(Command.Error, new Error { Command = Command.Bind, Id = first.Id, Code = Code.RateLimited, Reason = "rate_limited", RetryAfterMs = 5, App = "shop" })
            : connection.SendAsync(Command.BindResult, new BindResult { Reason = "try_later", App = "shop", Id = first.Id, RetryAfterMs = 5 }));
        var second = await connection.ReadAsync<Bind>(Command.Bind);
        Assert.NotEqual(first.Id, second.Id);
        await AnswerAsync(connection, second, "");

        await binding.WaitAsync(Eventually.DefaultDeadline);
        await Until(AppPhase.Waiting, AppPhase.Bound);
    }

    [Fact]
    public async Task Bind_WrongTokenWithAProvider_IsTriedOnceMoreWithAnotherOne()
    {
        using var connection = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        var asked = 0;

        var binding = _client.Client.BindAsync(new AppLogin { App = "shop", User = "ann.k", TokenProvider = _ => ValueTask.FromResult($"t{++asked}") });
        var first = await connection.ReadAsync<Bind>(Command.Bind);
        await connection.SendAsync(Command.BindResult, new BindResult { Reason = "wrong_token", App = "shop", Id = first.Id });
        var second = await connection.ReadAsync<Bind>(Command.Bind);
        await AnswerAsync(connection, second, "");

        await binding.WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal(("t1", "t2"), (first.Token, second.Token));
    }

    [Fact]
    public async Task Bind_OfTheOwnAppOrTwice_IsRefusedHere()
    {
        using var connection = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        await BindAsync(connection);

        Assert.Equal(Code.AlreadyBound, (await Assert.ThrowsAsync<PushClientException>(() => _client.Client.BindAsync(Shop))).Code);
        var own = new AppLogin { App = "default", User = "bob", Token = "t" };
        Assert.Equal(Code.AlreadyBound, (await Assert.ThrowsAsync<PushClientException>(() => _client.Client.BindAsync(own))).Code);
        await Assert.ThrowsAsync<ArgumentException>(() => _client.Client.BindAsync(new AppLogin { App = "news", User = "ann" }));
    }

    [Fact]
    public async Task Displaced_ByABindOfItsOwnWhoseAnswerNeverCame_BindsAgain()
    {
        var first = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        var binding = _client.Client.BindAsync(Shop);
        await first.ReadAsync<Bind>(Command.Bind);
        first.Dispose();
        using var second = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        await AnswerAsync(second, await second.ReadAsync<Bind>(Command.Bind), "");
        await binding.WaitAsync(Eventually.DefaultDeadline);

        await second.SendAsync(Command.Unbound, new Unbound { App = "shop", Code = Code.Displaced, Reason = "displaced" });

        await Until(AppPhase.Bound, AppPhase.Waiting);
    }

    [Fact]
    public async Task Fetch_OfTheApp_NamesIt()
    {
        using var connection = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        await BindAsync(connection);

        var fetching = _client.Client.FetchAsync("shop", "inbox", MessagePosition.Beginning);
        var fetch = await connection.ReadAsync<Fetch>(Command.Fetch);
        Assert.Equal("shop", fetch.App);
        await connection.SendAsync(Command.Page, new Page { Channel = "inbox", Messages = [Push("shop", 3)], Epoch = 1, Seq = 3, Id = fetch.Id, App = "shop" });

        Assert.Equal("3", (await fetching.WaitAsync(Eventually.DefaultDeadline)).Messages.Single().Text);
        var payload = _client.Client.FetchAsync(PushMessage.Of(Push("shop", 4)));
        fetch = await connection.ReadAsync<Fetch>(Command.Fetch);
        Assert.Equal(("shop", 3ul), (fetch.App, fetch.Seq));
        await connection.SendAsync(Command.Page, new Page { Channel = "inbox", Messages = [Push("shop", 4)], Epoch = 1, Seq = 4, Id = fetch.Id, App = "shop" });
        Assert.Equal("4", (await payload.WaitAsync(Eventually.DefaultDeadline))!.Text);
    }

    [Fact]
    public async Task Close_EndsWhatIsNotBoundYet()
    {
        using var connection = await _gateway.AcceptVerifiedAsync(acknowledges: true);
        var binding = _client.Client.BindAsync(Shop);
        await connection.ReadAsync<Bind>(Command.Bind);

        await _client.Client.CloseAsync();

        Assert.Equal(Code.Goodbye, (await Assert.ThrowsAsync<PushClientException>(() => binding.WaitAsync(Eventually.DefaultDeadline))).Code);
    }

    private static PushDelivery Push(string app, ulong seq)
    {
        var push = Kept.Push(seq);
        push.App = app.Length > 0 ? app : "default";
        return push;
    }

    private static Task AnswerAsync(FakeConnection connection, Bind bind, string ticket, bool resumed = false) => connection.SendAsync(
        Command.BindResult, new BindResult { Code = 1, App = bind.App, Session = "9-9", Resume = ticket, Resumed = resumed, Features = bind.Features, Id = bind.Id });

    private async Task BindAsync(FakeConnection connection, string ticket = "")
    {
        var binding = _client.Client.BindAsync(Shop);
        await AnswerAsync(connection, await connection.ReadAsync<Bind>(Command.Bind), ticket);
        await binding.WaitAsync(Eventually.DefaultDeadline);
    }

    private Task Until(params AppPhase[] phases) => Eventually.HoldsAsync(
        () => _states.Select(state => state.Phase).SequenceEqual(phases), $"the app was {string.Join(", ", phases)}", () => string.Join('\n', _states));
}
