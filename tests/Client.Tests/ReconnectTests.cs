using Microservices.Client.Tests.Server;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Client.Tests;

public sealed class ReconnectTests
{
    [Fact]
    public async Task ConnectionCut_ReconnectsToTheLastGoodAddress()
    {
        using var other = new FakeGateway();
        using var gateway = new FakeGateway();
        var nobody = FakeGateway.Nobody();
        await using var client = new Watched(nobody, gateway.Endpoint, other.Endpoint);
        client.Client.Start();

        (await gateway.AcceptVerifiedAsync()).Dispose();
        using var second = await gateway.AcceptVerifiedAsync();
        await client.Until(() => client.States.Count(state => state.Phase == ClientPhase.Verified) == 2, "a second login");

        Assert.Equal(
            [nobody, gateway.Endpoint, gateway.Endpoint],
            client.States.Where(state => state is { Phase: ClientPhase.Connecting, Endpoint: not null }).Select(state => state.Endpoint!));
    }

    [Fact]
    public async Task LastGoodAddressDies_GoesToTheNext()
    {
        using var other = new FakeGateway();
        var gateway = new FakeGateway();
        await using var client = new Watched(gateway.Endpoint, other.Endpoint);
        client.Client.Start();
        var first = await gateway.AcceptVerifiedAsync();

        gateway.Dispose();
        first.Dispose();

        using var second = await other.AcceptVerifiedAsync();
        await client.Until(() => client.Client.State is { Phase: ClientPhase.Verified } state && state.Endpoint == other.Endpoint, "a login there");
    }

    [Theory]
    [InlineData(Code.Displaced), InlineData(Code.Kicked), InlineData(Code.TokenRevoked), InlineData((Code)4321)]
    public async Task Directive_ToStop_Stops(Code code)
    {
        using var gateway = new FakeGateway();
        await using var client = new Watched(gateway.Endpoint);
        client.Client.Start();
        using var connection = await gateway.AcceptVerifiedAsync();

        await connection.SendAsync(Command.Directive, Directive.Closing(code, "why"));

        await client.Client.Completion.WaitAsync(FakeConnection.Deadline);
        Assert.Equal((ClientPhase.Stopped, code, "why"), (client.Client.State.Phase, client.Client.State.Code, client.Client.State.Message));
        Assert.Null(await connection.TryReadAsync());
    }

    [Fact]
    public async Task Displaced_AfterALoginWithoutAnswer_ReconnectsOnce()
    {
        using var gateway = new FakeGateway();
        await using var client = new Watched(gateway.Endpoint);
        client.Client.Start();
        using (var first = await gateway.AcceptAsync())
        {
            // The link breaks; the login is on its way to register.
            await first.ReadVerifyAsync();
        }

        using var second = await gateway.AcceptVerifiedAsync();
        await second.SendAsync(Command.Directive, Directive.Closing(Code.Displaced, "logged in elsewhere"));
        using var third = await gateway.AcceptVerifiedAsync();
        await third.SendAsync(Command.Directive, Directive.Closing(Code.Displaced, "logged in elsewhere"));

        await client.Client.Completion.WaitAsync(FakeConnection.Deadline);
        Assert.Equal((ClientPhase.Stopped, Code.Displaced), (client.Client.State.Phase, client.Client.State.Code));
    }

    [Fact]
    public async Task Directive_NamesAddresses_GoesThereFirst()
    {
        using var gateway = new FakeGateway();
        using var other = new FakeGateway();
        await using var client = new Watched(gateway.Endpoint);
        client.Client.Start();
        using var connection = await gateway.AcceptVerifiedAsync();
        var directive = Directive.Closing(Code.GoingAway, "drain", afterMs: 20);
        directive.Addresses = ["not an address", other.Endpoint.ToString()];

        await connection.SendAsync(Command.Directive, directive);

        using var second = await other.AcceptVerifiedAsync();
        await client.Until(() => client.Client.State is { Phase: ClientPhase.Verified } state && state.Endpoint == other.Endpoint, "a login there");
        Assert.True(client.States.Single(state => state.Phase == ClientPhase.Waiting).RetryIn <= TimeSpan.FromMilliseconds(20));
    }

    [Fact]
    public async Task Error_Overloaded_BacksOffForTheTimeThatIsNamed()
    {
        using var gateway = new FakeGateway();
        await using var client = new Watched(gateway.Endpoint);
        client.Client.Start();
        using var connection = await gateway.AcceptAsync();
        await connection.ReadVerifyAsync();
        var error = Error.Of(Code.Overloaded, Command.Verify, "", "full");
        error.RetryAfterMs = 600_000;

        await connection.SendAsync(Command.Error, error);

        await client.Until(ClientPhase.Waiting);
        Assert.Equal(Code.Overloaded, client.Client.State.Code);
        Assert.InRange(client.Client.State.RetryIn, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(15));
    }

    [Fact]
    public async Task VerifyRefused_Overloaded_ComesBackNotBeforeTheTimeThatIsNamed()
    {
        using var gateway = new FakeGateway();
        await using var client = new Watched(gateway.Endpoint);
        client.Client.Start();
        using var connection = await gateway.AcceptAsync();
        await connection.ReadVerifyAsync();

        await connection.RefuseVerifyAsync(Code.Overloaded, retryAfterMs: 60_000);
        var error = Error.Of(Code.Overloaded, Command.Verify, "", "Too many logins wait.");
        error.RetryAfterMs = 60_000;
        await connection.SendAsync(Command.Error, error);

        await client.Until(ClientPhase.Waiting);
        Assert.Equal(Code.Overloaded, client.Client.State.Code);
        Assert.InRange(client.Client.State.RetryIn, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(90));
    }

    [Theory]
    [InlineData(uint.MaxValue, 600, 900), InlineData(90_000u, 90, 135)]
    public async Task Directive_BackOff_IsHonouredUpToABound(uint afterMs, int leastSeconds, int mostSeconds)
    {
        using var gateway = new FakeGateway();
        await using var client = new Watched(gateway.Endpoint);
        client.Client.Start();
        using var connection = await gateway.AcceptVerifiedAsync();

        await connection.SendAsync(Command.Directive, Directive.Closing(Code.Unavailable, "later", afterMs));

        await client.Until(ClientPhase.Waiting);
        Assert.InRange(client.Client.State.RetryIn, TimeSpan.FromSeconds(leastSeconds), TimeSpan.FromSeconds(mostSeconds));
    }

    [Fact]
    public async Task ServerThatDropsWhomItLetsIn_IsVisitedEverMoreSeldom()
    {
        var time = new ManualTime();
        using var gateway = new FakeGateway();
        await using var client = new Watched(new PushClientOptions
        {
            User = "ann",
            Token = "t1",
            Endpoints = [gateway.Endpoint],
            TimeProvider = time,
            ConnectTimeout = TimeSpan.FromDays(1),
            Reconnect = new ReconnectOptions { Jitter = 0, StableAfter = TimeSpan.FromDays(1) },
        });
        client.Client.Start();
        for (var visit = 1; visit <= 4; visit++)
        {
            var accepting = gateway.AcceptVerifiedAsync();
            await time.AdvanceUntilAsync(accepting, TimeSpan.FromSeconds(1));
            (await accepting).Dispose();
        }

        await client.Until(() => client.States.Count(state => state.Phase == ClientPhase.Waiting) == 4, "it waits");
        Assert.Equal([1, 2, 4, 8], client.States.Where(state => state.Phase == ClientPhase.Waiting).Take(4).Select(state => state.RetryIn.TotalSeconds));
    }

    [Theory]
    [InlineData(Code.TryLater, 0u), InlineData(Code.Unavailable, 0u), InlineData(Code.Forbidden, 5u)]
    public async Task VerifyRefused_ForAPassingCause_TriesAgain(Code reason, uint retryAfterMs)
    {
        using var gateway = new FakeGateway();
        await using var client = new Watched(gateway.Endpoint);
        client.Client.Start();
        using var connection = await gateway.AcceptAsync();
        await connection.ReadVerifyAsync();

        await connection.RefuseVerifyAsync(reason, retryAfterMs);

        using var second = await gateway.AcceptVerifiedAsync();
        await client.Until(ClientPhase.Verified);
    }

    [Theory]
    [InlineData(Code.WrongToken), InlineData(Code.UnknownApp), InlineData(Code.None)]
    public async Task VerifyRefused_ForGood_Stops(Code reason)
    {
        using var gateway = new FakeGateway();
        await using var client = new Watched(gateway.Endpoint);
        var connecting = client.Client.ConnectAsync();
        using var connection = await gateway.AcceptAsync();
        await connection.ReadVerifyAsync();

        await connection.RefuseVerifyAsync(reason);

        var fault = await Assert.ThrowsAsync<PushClientException>(() => connecting.WaitAsync(FakeConnection.Deadline));
        Assert.Equal(reason == Code.None ? Code.WrongToken : reason, fault.Code);
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public async Task WrongToken_WithAProvider_AsksOnceMore(bool isSecondGood)
    {
        using var gateway = new FakeGateway();
        var calls = 0;
        await using var client = new Watched(new PushClientOptions
        {
            User = "ann",
            TokenProvider = _ => ValueTask.FromResult($"t{Interlocked.Increment(ref calls)}"),
            Endpoints = [gateway.Endpoint],
        });
        client.Client.Start();
        using var connection = await gateway.AcceptAsync();

        Assert.Equal("t1", (await connection.ReadVerifyAsync()).Token);
        await connection.RefuseVerifyAsync(Code.WrongToken);
        Assert.Equal("t2", (await connection.ReadVerifyAsync()).Token);
        await (isSecondGood ? connection.AnswerVerifyAsync() : connection.RefuseVerifyAsync(Code.WrongToken));

        await client.Until(isSecondGood ? ClientPhase.Verified : ClientPhase.Stopped);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task TokenProvider_Throws_IsAFailedTry()
    {
        using var gateway = new FakeGateway();
        var calls = 0;
        await using var client = new Watched(new PushClientOptions
        {
            User = "ann",
            TokenProvider = _ => Interlocked.Increment(ref calls) == 1 ? throw new InvalidOperationException("no network") : ValueTask.FromResult("t"),
            Endpoints = [gateway.Endpoint],
            Reconnect = Watched.Quick,
        });
        client.Client.Start();

        using var connection = await gateway.AcceptVerifiedAsync();

        await client.Until(ClientPhase.Verified);
        Assert.Contains("no network", client.States.Single(state => state.Phase == ClientPhase.Waiting).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00000003000000020000006a")]
    [InlineData("ffffffff000000020000006a")]
    [InlineData("0000000e000000020000006affff")]
    [InlineData("0000000e000000070000006a0a00")]
    [InlineData("0000000e000000010000006a7b5d")]
    public async Task BadFrame_FromTheServer_Reconnects(string hex)
    {
        using var gateway = new FakeGateway();
        await using var client = new Watched(gateway.Endpoint);
        client.Client.Start();
        using var connection = await gateway.AcceptVerifiedAsync();

        await connection.SendAsync(Convert.FromHexString(hex));

        Assert.Null(await connection.TryReadAsync());
        using var second = await gateway.AcceptVerifiedAsync();
        await client.Until(() => client.States.Count(state => state.Phase == ClientPhase.Verified) == 2, "a second login");
        Assert.StartsWith("The server broke the protocol", client.States.Single(state => state.Phase == ClientPhase.Waiting).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MaxAttempts_UsedUp_Stops()
    {
        await using var client = new Watched(new PushClientOptions
        {
            User = "ann",
            Token = "t",
            Endpoints = [FakeGateway.Nobody()],
            Reconnect = new ReconnectOptions { InitialDelay = TimeSpan.FromMilliseconds(1), MaxAttempts = 2 },
        });

        var fault = await Assert.ThrowsAsync<PushClientException>(() => client.Client.ConnectAsync().WaitAsync(FakeConnection.Deadline));

        Assert.Equal(Code.ConnectionLost, fault.Code);
        Assert.Equal(2, client.States.Count(state => state.Phase == ClientPhase.Waiting));
    }
}
