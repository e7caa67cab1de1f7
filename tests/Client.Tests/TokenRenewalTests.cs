using Microservices.Client.Tests.Server;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;
using Directive = Microservices.Protocol.Bodies.Directive;

namespace Microservices.Client.Tests;

/// <summary>Tokens that have an end.</summary>
public sealed class TokenRenewalTests
{
    private const uint Minute = 60_000;

    private readonly FakeGateway _gateway = new();
    private readonly ManualTime _time = new();
    private int _asked;
    private volatile bool _isAway;

    [Fact]
    public async Task BeforeItsEnd_TheNextTokenIsVerifiedOnTheLiveConnection()
    {
        await using var client = Client();
        client.Client.Start();
        using var connection = await LogInAsync(client, Minute);

        var renewal = await ReadRenewalAsync(connection);
        await connection.AnswerVerifyAsync(ticket: "ticket-2", tokenExpiresMs: Minute);
        var second = await ReadRenewalAsync(connection);

        Assert.Equal(("ann", "token-2", "", "default"), (renewal.User, renewal.Token, renewal.Resume, renewal.App));
        Assert.Equal("token-3", second.Token);
        Assert.Equal(1, client.States.Count(static state => state.Phase == ClientPhase.Verified));
    }

    [Fact]
    public async Task TicketOfARenewal_GoesWithWhateverTokenIsNext()
    {
        await using var client = Client();
        client.Client.Start();
        using (var connection = await LogInAsync(client, Minute))
        {
            await ReadRenewalAsync(connection);
            await connection.AnswerVerifyAsync(ticket: "ticket-2", tokenExpiresMs: Minute);

            // The answer has been taken when the client asks for the token after it.
            await ReadRenewalAsync(connection);
        }

        var verify = await ReconnectedAsync();

        Assert.Equal(("ticket-2", "token-4"), (verify.Resume, verify.Token));
    }

    [Theory]
    [InlineData(Code.WrongToken, false)]
    [InlineData(Code.RateLimited, true)]
    public async Task RenewalThatIsRefused_IsTriedAgain(Code reason, bool byError)
    {
        await using var client = Client();
        client.Client.Start();
        using var connection = await LogInAsync(client, Minute);

        var first = await ReadRenewalAsync(connection);
        await (byError
            ? connection.SendAsync(Command.Error, new Error { Command = Command.Verify, Code = reason, Reason = CodeTable.NameOf(reason) })
            : connection.RefuseVerifyAsync(reason));
        var second = await ReadRenewalAsync(connection);

        Assert.Equal(("token-2", "token-3"), (first.Token, second.Token));
        Assert.Empty(client.Errors);
    }

    [Fact]
    public async Task ProviderThatFails_IsAskedAgainAndTheConnectionStays()
    {
        await using var client = Client();
        client.Client.Start();
        using var connection = await LogInAsync(client, Minute);
        _isAway = true;
        await MoveUntilAsync(() => Volatile.Read(ref _asked) > 1);

        _isAway = false;

        Assert.NotEqual("token-1", (await ReadRenewalAsync(connection)).Token);
        Assert.Equal(ClientPhase.Verified, client.Client.State.Phase);
    }

    [Fact]
    public async Task TokenWithoutAnEnd_IsNotAskedForAgain()
    {
        await using var client = Client();
        client.Client.Start();
        using var connection = await LogInAsync(client, 0);

        for (var i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(1, _asked);
    }

    [Fact]
    public async Task ExpiredAtTheServer_ConnectsAgainWithTheNextToken()
    {
        await using var client = Client();
        client.Client.Start();
        using (var connection = await LogInAsync(client, 0))
        {
            await connection.SendAsync(Command.Directive, new Directive { Action = DirectiveAction.LogOut, Code = Code.TokenExpired });
        }

        Assert.Equal("token-2", (await ReconnectedAsync()).Token);
    }

    [Fact]
    public async Task ExpiredAtTheServer_WithoutAProvider_Stops()
    {
        await using var client = new Watched(_gateway.Endpoint);
        client.Client.Start();
        using var connection = await _gateway.AcceptVerifiedAsync();
        await connection.SendAsync(Command.Directive, new Directive { Action = DirectiveAction.LogOut, Code = Code.TokenExpired });

        await client.Until(ClientPhase.Stopped);

        Assert.Equal(Code.TokenExpired, client.Client.State.Code);
    }

    [Fact]
    public async Task LoginRefusedAsExpired_AsksOnceMoreThenComesLater()
    {
        await using var client = Client();
        client.Client.Start();
        using (var connection = await _gateway.AcceptAsync())
        {
            Assert.Equal("token-1", (await connection.ReadVerifyAsync()).Token);
            await connection.RefuseVerifyAsync(Code.TokenExpired);
            Assert.Equal("token-2", (await connection.ReadVerifyAsync()).Token);
            await connection.RefuseVerifyAsync(Code.TokenExpired);
        }

        Assert.Equal("token-3", (await ReconnectedAsync()).Token);
    }

    private Watched Client() => new(new PushClientOptions
    {
        User = "ann",
        TokenProvider = _ =>
        {
            var number = Interlocked.Increment(ref _asked);
            return _isAway ? ValueTask.FromException<string>(new InvalidOperationException("away")) : ValueTask.FromResult($"token-{number}");
        },
        Endpoints = [_gateway.Endpoint],
        Reconnect = Watched.Quick,
        TimeProvider = _time,
        ConnectTimeout = TimeSpan.FromDays(1),
    });

    private async Task<FakeConnection> LogInAsync(Watched client, uint expiresMs)
    {
        var connection = await _gateway.AcceptAsync();
        await connection.ReadVerifyAsync();
        await connection.AnswerVerifyAsync(heartbeatMs: 3_600_000, ticket: "ticket-1", tokenExpiresMs: expiresMs);
        await client.Until(ClientPhase.Verified);
        return connection;
    }

    /// <summary>Moves the time until the client verifies again.</summary>
    private async Task<Verify> ReadRenewalAsync(FakeConnection connection)
    {
        var reading = connection.ReadVerifyAsync();
        await MoveUntilAsync(() => reading.IsCompleted);
        return await reading;
    }

    private async Task<Verify> ReconnectedAsync()
    {
        var accepting = _gateway.AcceptAsync();
        await MoveUntilAsync(() => accepting.IsCompleted, timers: 1);
        using var connection = await accepting;
        return await connection.ReadVerifyAsync();
    }

    /// <summary>Moves only while the client waits for the time: for its next heartbeat, and for what it does next about its token.</summary>
    private Task MoveUntilAsync(Func<bool> condition, int timers = 2) => Eventually.HoldsAsync(
        () =>
        {
            if (!condition() && _time.WaitingTimers >= timers)
            {
                _time.Advance(TimeSpan.FromMilliseconds(500));
            }

            return condition();
        },
        "the time comes");
}
