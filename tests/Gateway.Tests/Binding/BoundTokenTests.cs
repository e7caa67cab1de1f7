using Microservices.Contracts.Register;
using Microservices.Gateway.Binding;
using Microservices.Gateway.Resume;
using Microservices.Gateway.Tests.Running;
using Microservices.Gateway.Tests.Tokens;
using Microservices.Gateway.Tokens;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;
using Microservices.Testing.Tokens;
using Directive = Microservices.Protocol.Bodies.Directive;

namespace Microservices.Gateway.Tests.Binding;

/// <summary>Apps that are bound by signed tokens: ann of default, by a stored token, and ann of shop, by one with an end.</summary>
public sealed class BoundTokenTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly FakeRegister _register = Binders.Register("news");
    private readonly ManualTime _wheel = new();

    public BoundTokenTests() => _register.PutApp(Forgeries.Policy());

    [Fact]
    public async Task Bind_WithASignedToken_SaysWhenItEnds()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, _wheel);
        var client = await gateway.LogInWithAsync("news");

        var result = await BindAsync(client, Token());

        Assert.Equal((1u, "shop"), (result.Code, result.App));
        Assert.InRange(result.TokenExpiresMs, 1u, (uint)Lifetime.TotalMilliseconds);
        Assert.Equal("", _register.Claims.SelectMany(static call => call.Claims).Last().Token);
        Assert.NotNull(gateway.Get<ResumeTickets>().Read(result.Resume, out _)!.Token);
    }

    [Fact]
    public async Task Bind_WithAForgery_IsRefusedWithoutACall()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, wheel: null, true, ("Binding:MaxWrongTokens", "1000"), ("Binding:BindBurst", "10000"));
        var client = await gateway.LogInWithAsync();
        foreach (var (name, (outcome, make)) in Forgeries.All)
        {
            var result = await BindAsync(client, make(DateTimeOffset.UtcNow), Forgeries.Device);

            Assert.True((result.Code, result.Reason) == (0u, outcome == TokenOutcome.Expired ? "token_expired" : "wrong_token"), $"{name}: {result.Code} {result.Reason}");
        }

        Assert.Single(_register.Claims);
        Assert.Equal((1, (long)Forgeries.All.Count), (gateway.Sessions.Count, gateway.Get<BindMetrics>().Binds(BindOutcome.Refused)));
    }

    [Fact]
    public async Task BoundApp_WhoseTokenExpires_EndsAlone()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, _wheel);
        var client = await gateway.LogInWithAsync("news");
        await BindAsync(client, Token());
        await PassAsync(client, 30);
        Assert.Equal(3, gateway.Sessions.Count);

        await PassUntilUnboundAsync(client, gateway);

        await Eventually.HoldsAsync(() => _register.Ends.Any(static end => end is { App: "shop", User: "ann", Code: (uint)Code.TokenExpired }), "register is told");
        Assert.Single(_register.Ends);
        await gateway.PushToAsync("default", gateway.KeyOf("ann"), "one");
        await gateway.PushToAsync("news", gateway.KeyOf("ann-news"), "two");
        await client.ReadPushesAsync("one", "two");
        Assert.Equal((2, 1L, 0L), (gateway.Sessions.Count, gateway.Get<BindMetrics>().Unbounds(Code.TokenExpired), gateway.Metrics.Closes(Code.TokenExpired)));
        Assert.Equal(1u, (await BindAsync(client, Token())).Code);
    }

    [Fact]
    public async Task FirstSession_WhoseTokenExpires_EndsAll_TheOthersMayBeResumed()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, _wheel);
        var client = await gateway.ConnectAsync();
        client.Send(Command.Verify, new Verify { User = Forgeries.User, App = Forgeries.App, Token = Token(), Sdk = "test/1" });
        Assert.Equal(1u, (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Code);
        await client.BindAsync("news");

        await PassAsync(client, 30);
        Pass(60);

        Assert.Equal(Code.TokenExpired, (await client.ReadAsync<Directive>(Command.Directive)).Code);
        await client.ReadEndAsync();
        await Eventually.HoldsAsync(() => _register.Ends.Count == 2, "register is told of both");
        Assert.Equal((uint)Code.ConnectionLost, _register.Ends.Single(static end => end.App == "news").Code);
    }

    [Fact]
    public async Task Renewal_ByAnotherBind_PutsTheEndOffWithoutACall()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, _wheel);
        var client = await gateway.LogInWithAsync("news");
        var first = await BindAsync(client, Token());
        await PassAsync(client, 30);
        var claims = _register.Claims.Count;

        var renewed = await BindAsync(client, Token(TimeSpan.FromMinutes(10)), id: "r1");
        await PassAsync(client, 90);

        Assert.Equal((1u, "shop", "r1", first.Session), (renewed.Code, renewed.App, renewed.Id, renewed.Session));
        Assert.InRange(renewed.TokenExpiresMs, 540_000u, 600_000u);
        Assert.Equal((3, claims), (gateway.Sessions.Count, _register.Claims.Count));
        Assert.Equal((1L, 2L), (gateway.Get<TokenMetrics>().Renewals(RenewalOutcome.Renewed), gateway.Get<BindMetrics>().Bound));
        Assert.NotEqual(first.Resume, renewed.Resume);
    }

    [Fact]
    public async Task Renewal_ThatIsNotGood_ChangesNothing()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, _wheel, true, ("Binding:BindBurst", "10000"));
        var client = await gateway.LogInWithAsync("news");
        await BindAsync(client, Token(TimeSpan.FromMinutes(30)));
        var before = Shop(gateway).Token;

        foreach (var (name, (outcome, make)) in Forgeries.All)
        {
            var token = make(DateTimeOffset.UtcNow);
            Pass(1);
            var result = await BindAsync(client, token);

            // What has not the look of a signed token is no renewal.
            var reason = !Shop(gateway).App.Policy.Tokens.IsSigned(token) ? "already_bound" : outcome == TokenOutcome.Expired ? "token_expired" : "wrong_token";
            Assert.True((result.Code, result.Reason) == (0u, reason), $"{name}: {result.Code} {result.Reason}");
        }

        Assert.Equal("already_bound", (await BindAsync(client, Forgeries.Ec.Token("bob", "shop", Lifetime), user: "bob")).Reason);
        Assert.Equal("already_bound", (await BindAsync(client, Token(), device: "tablet")).Reason);
        Pass(1);
        Assert.Equal("wrong_token", (await BindAsync(client, "token-ann")).Reason);
        Assert.Equal("already_bound", (await BindAsync(client, "")).Reason);
        client.Bind("news", token: Token());
        await client.ReadRefusedAsync(Code.AlreadyBound);
        Assert.Same(before, Shop(gateway).Token);
    }

    [Fact]
    public async Task Renewal_TooSoonAfterTheLast_IsNotChecked()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, _wheel);
        var client = await gateway.LogInWithAsync();
        await BindAsync(client, Token());
        await BindAsync(client, Token());

        client.Bind("shop", "r2", Forgeries.User, Token());

        var error = await client.ReadErrorAsync(Code.RateLimited);
        Assert.Equal((Command.Bind, "r2", "shop"), (error.Command, error.Id, error.App));
        Assert.InRange(error.RetryAfterMs, 1u, 1_000u);
        Assert.Equal(2, gateway.Get<TokenMetrics>().Tokens(TokenOutcome.Good));
    }

    private static string Token(TimeSpan? lifetime = null) => Forgeries.Ec.Token(Forgeries.User, Forgeries.App, lifetime ?? Lifetime);

    private static Gateway.Sessions.Session Shop(RunningGateway gateway) => gateway.Sessions.All.Single(static session => session.App.Name == Forgeries.App);

    private static async Task<BindResult> BindAsync(TestClient client, string token, string device = "", string user = Forgeries.User, string id = "")
    {
        client.Bind(Forgeries.App, id, user, token, device);
        return await client.ReadAsync<BindResult>(Command.BindResult);
    }

    /// <summary>The client is heard meanwhile.</summary>
    private async Task PassAsync(TestClient client, int seconds)
    {
        for (var left = seconds; left > 0; left -= 10)
        {
            Pass(Math.Min(10, left));
            Assert.Empty(await client.ReadUntilAnsweredAsync());
        }
    }

    private void Pass(int seconds)
    {
        for (var i = 0; i < seconds * 2; i++)
        {
            _wheel.Advance(TimeSpan.FromMilliseconds(500));
        }
    }

    private async Task PassUntilUnboundAsync(TestClient client, RunningGateway gateway)
    {
        Pass(60);
        await client.ReadUnboundAsync(Forgeries.App, Code.TokenExpired);
        Assert.Equal(2, gateway.Sessions.Count);
    }
}
