using System.Collections.Concurrent;
using Microservices.Client.Apps;
using Microservices.Client.Tests.Server;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Client.Tests.Apps;

/// <summary>Tokens of further apps that have an end.</summary>
public sealed class BoundTokenTests : IAsyncDisposable
{
    private const uint Minute = 60_000;

    private readonly FakeGateway _gateway = new();
    private readonly ManualTime _time = new();
    private readonly ConcurrentQueue<AppState> _states = [];
    private readonly Watched _client;
    private int _asked;

    public BoundTokenTests()
    {
        _client = new Watched(new PushClientOptions
        {
            User = "ann",
            Token = "t1",
            Endpoints = [_gateway.Endpoint],
            Reconnect = Watched.Quick,
            TimeProvider = _time,
            ConnectTimeout = TimeSpan.FromDays(1),
        });
        _client.Client.AppChanged += _states.Enqueue;
        _client.Client.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        _gateway.Dispose();
    }

    [Fact]
    public async Task BeforeItsEnd_TheAppIsBoundWithTheNextToken()
    {
        using var connection = await ConnectAsync();
        await BindAsync(connection, Minute);

        var renewal = await ReadBindAsync(connection);
        await AnswerAsync(connection, renewal, "ticket-2", Minute);
        var second = await ReadBindAsync(connection);

        Assert.Equal(("shop", "ann.k", "token-2", "token-3"), (renewal.App, renewal.User, renewal.Token, second.Token));
        Assert.Equal("ticket-2", second.Resume);
        Assert.Equal([AppPhase.Bound], _states.Select(static state => state.Phase));
    }

    [Theory]
    [InlineData(Code.AlreadyBound)]
    [InlineData(Code.RateLimited)]
    [InlineData(Code.TryLater)]
    public async Task RenewalThatIsRefused_IsTriedAgainAndTheAppStaysBound(Code reason)
    {
        using var connection = await ConnectAsync();
        await BindAsync(connection, Minute);

        var first = await ReadBindAsync(connection);
        await (reason == Code.RateLimited
            ? connection.SendAsync(Command.Error, new Error { Command = Command.Bind, Id = first.Id, Code = reason, Reason = CodeTable.NameOf(reason), App = "shop" })
            : connection.SendAsync(Command.BindResult, new BindResult { App = "shop", Id = first.Id, Reason = CodeTable.NameOf(reason) }));
        var second = await ReadBindAsync(connection);

        Assert.Equal(("token-2", "token-3"), (first.Token, second.Token));
        Assert.Equal([AppPhase.Bound], _states.Select(static state => state.Phase));
    }

    [Fact]
    public async Task ExpiredAtTheServer_IsBoundAgainWithTheNextToken()
    {
        using var connection = await ConnectAsync();
        await BindAsync(connection, 0);

        await connection.SendAsync(Command.Unbound, new Unbound { App = "shop", Code = Code.TokenExpired, Reason = "token_expired" });

        Assert.Equal("token-2", (await ReadBindAsync(connection)).Token);
        Assert.Equal([AppPhase.Bound, AppPhase.Waiting], _states.Select(static state => state.Phase));
        Assert.Equal(ClientPhase.Verified, _client.Client.State.Phase);
    }

    [Fact]
    public async Task ExpiredAtTheServer_WithoutAProvider_EndsTheApp()
    {
        using var connection = await ConnectAsync();
        var binding = _client.Client.BindAsync(new AppLogin { App = "shop", User = "ann.k", Token = "t2" });
        await AnswerAsync(connection, await ReadBindAsync(connection), "", Minute);
        await binding.WaitAsync(Eventually.DefaultDeadline);

        await connection.SendAsync(Command.Unbound, new Unbound { App = "shop", Code = Code.TokenExpired, Reason = "token_expired" });

        await Eventually.HoldsAsync(() => _states.LastOrDefault() is { Phase: AppPhase.Ended, Code: Code.TokenExpired }, "it has ended", () => string.Join('\n', _states));
        Assert.Equal(ClientPhase.Verified, _client.Client.State.Phase);
    }

    [Fact]
    public async Task BindRefusedAsExpired_AsksOnceMoreThenComesLater()
    {
        using var connection = await ConnectAsync();
        var binding = _client.Client.BindAsync(Shop());
        for (var i = 1; i <= 2; i++)
        {
            var bind = await ReadBindAsync(connection);
            Assert.Equal($"token-{i}", bind.Token);
            await connection.SendAsync(Command.BindResult, new BindResult { App = "shop", Id = bind.Id, Reason = "token_expired" });
        }

        await AnswerAsync(connection, await ReadBindAsync(connection), "", Minute);

        await binding.WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal([AppPhase.Waiting, AppPhase.Bound], _states.Select(static state => state.Phase));
    }

    private AppLogin Shop() => new() { App = "shop", User = "ann.k", TokenProvider = _ => ValueTask.FromResult($"token-{Interlocked.Increment(ref _asked)}") };

    private async Task<FakeConnection> ConnectAsync()
    {
        var connection = await _gateway.AcceptAsync();
        await connection.ReadVerifyAsync();
        await connection.AnswerVerifyAsync(heartbeatMs: 3_600_000);
        await _client.Until(ClientPhase.Verified);
        return connection;
    }

    private async Task BindAsync(FakeConnection connection, uint expiresMs)
    {
        var binding = _client.Client.BindAsync(Shop());
        await AnswerAsync(connection, await ReadBindAsync(connection), "ticket-1", expiresMs);
        await binding.WaitAsync(Eventually.DefaultDeadline);
        await Eventually.HoldsAsync(() => !_states.IsEmpty, "the application is told");
    }

    private static Task AnswerAsync(FakeConnection connection, Bind bind, string ticket, uint expiresMs) => connection.SendAsync(
        Command.BindResult, new BindResult { Code = 1, App = bind.App, Session = "9-9", Resume = ticket, Id = bind.Id, TokenExpiresMs = expiresMs });

    /// <summary>Moves the time until the client binds. Only while it waits for the time: for its next heartbeat, and for its next bind.</summary>
    private async Task<Bind> ReadBindAsync(FakeConnection connection)
    {
        var reading = connection.ReadAsync<Bind>(Command.Bind);
        await Eventually.HoldsAsync(
            () =>
            {
                if (!reading.IsCompleted && _time.WaitingTimers >= 2)
                {
                    _time.Advance(TimeSpan.FromMilliseconds(500));
                }

                return reading.IsCompleted;
            },
            "the client binds");
        return await reading;
    }
}
