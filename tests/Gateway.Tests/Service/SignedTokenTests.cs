using Google.Protobuf;
using Microservices.Contracts.Register;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Resume;
using Microservices.Gateway.Tests.Running;
using Microservices.Gateway.Tests.Tokens;
using Microservices.Gateway.Tokens;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;
using Microservices.Testing.Tokens;
using Directive = Microservices.Protocol.Bodies.Directive;

namespace Microservices.Gateway.Tests.Service;

/// <summary>Verify with a token that the app has signed.</summary>
public sealed class SignedTokenTests
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);

    private readonly FakeRegister _register = new()
    {
        ResumeKeys = new ResumeKeys { Keys = { new ResumeKey { Id = 1, Secret = ByteString.CopyFrom(new byte[32]) } } },
    };

    private readonly ManualTime _wheel = new();

    public SignedTokenTests() => _register.PutApp(Forgeries.Policy());

    [Theory]
    [InlineData("RS256")]
    [InlineData("ES256")]
    [InlineData("HS256")]
    public async Task Verify_WithAGoodToken_LetsInAndSaysWhenItEnds(string alg)
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var key = new[] { Forgeries.Rsa, Forgeries.Ec, Forgeries.Secret }.Single(key => key.Alg == alg);
        var issued = DateTimeOffset.UtcNow;
        var client = await gateway.ConnectAsync();

        var result = await VerifyAsync(client, key.Token(Forgeries.User, Forgeries.App, Lifetime, issued));

        Assert.Equal((1u, ""), (result.Code, result.Reason));
        Assert.InRange(result.TokenExpiresMs, 1u, (uint)Lifetime.TotalMilliseconds);
        var claim = _register.Claims.SelectMany(static call => call.Claims).Single();
        Assert.Equal(("shop", "ann", "", (ulong)issued.ToUnixTimeMilliseconds() * 1_000), (claim.App, claim.User, claim.Token, claim.SignedAtUs));
        Assert.Equal(1, gateway.Get<TokenMetrics>().Tokens(TokenOutcome.Good));
    }

    [Fact]
    public async Task Verify_WithAForgery_IsRefusedWithoutACall()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        List<string> wrong = [];
        foreach (var (name, (outcome, make)) in Forgeries.All)
        {
            using var client = await TestClient.ConnectAsync(gateway.Tcp, ProtocolVersion.Current);
            var result = await VerifyAsync(client, make(DateTimeOffset.UtcNow), Forgeries.Device);
            if ((result.Code, result.Reason) != (0u, outcome == TokenOutcome.Expired ? "token_expired" : "wrong_token"))
            {
                wrong.Add($"{name}: {result.Code} {result.Reason}");
            }
        }

        Assert.Empty(wrong);
        Assert.Empty(_register.Claims);
        Assert.Empty(gateway.Sessions.All);
        var expired = Forgeries.All.Values.Count(static one => one.Outcome == TokenOutcome.Expired);
        Assert.Equal(expired, gateway.Metrics.Logins(LoginOutcome.TokenExpired));
        Assert.Equal(Forgeries.All.Count - expired, gateway.Metrics.Logins(LoginOutcome.WrongToken));
    }

    [Fact]
    public async Task Verify_OfAnAppThatTakesOneKind_RefusesTheOther()
    {
        _register.PutApp(Policy("signed", TokenKinds.Signed));
        _register.PutApp(Policy("both", TokenKinds.Both));
        _register.PutApp(Policy("stored", TokenKinds.Stored));
        await using var gateway = await RunningGateway.StartAsync(_register);

        Assert.Equal((0u, 1u), (await CodeAsync(gateway, "signed", "token-ann"), await CodeAsync(gateway, "signed", Token("signed"))));
        Assert.Equal((1u, 1u), (await CodeAsync(gateway, "both", "token-ann"), await CodeAsync(gateway, "both", Token("both"))));
        Assert.Equal((1u, 0u), (await CodeAsync(gateway, "stored", "token-ann"), await CodeAsync(gateway, "stored", Token("stored"))));
        await Eventually.HoldsAsync(
            () => gateway.Sessions.All.Where(static session => session.App.Name == "both").ToArray() is [{ Token: not null }], "the session of the signed token is the only one");
    }

    [Fact]
    public async Task Session_WhoseTokenExpires_IsClosedAfterTheGrace()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, _wheel);
        var client = await gateway.ConnectAsync();
        await VerifyAsync(client, Token());
        await client.ReadUntilAnsweredAsync();

        await PassAsync(30);
        await client.ReadUntilAnsweredAsync();
        await PassAsync(60);

        var directive = await client.ReadAsync<Directive>(Command.Directive);
        Assert.Equal((DirectiveAction.LogOut, Code.TokenExpired), (directive.Action, directive.Code));
        await client.ReadEndAsync();
        await Eventually.HoldsAsync(() => _register.Ends.Any(static end => end is { User: "ann", Code: (uint)Code.TokenExpired }), "register is told");
        Assert.Equal(1, gateway.Metrics.Closes(Code.TokenExpired));
    }

    [Fact]
    public async Task ChatClient_WhoseTokenExpires_IsToldByAnError()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, _wheel);
        var client = await gateway.ConnectAsync(1100);
        client.Send(Command.Verify, new Verify { PhoneNumber = Forgeries.User, App = Forgeries.App, Token = Token() });
        Assert.Equal(1u, (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Code);
        await client.ReadUntilAnsweredAsync();

        await PassAsync(90);

        await client.ReadErrorAsync(Code.TokenExpired);
        await client.ReadEndAsync();
    }

    [Fact]
    public async Task Renewal_OnTheLiveConnection_PutsTheEndOffWithoutACall()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, _wheel);
        var client = await gateway.ConnectAsync();
        var first = await VerifyAsync(client, Token());
        await PassAsync(30);

        client.Send(Command.Verify, new Verify { User = Forgeries.User, App = Forgeries.App, Token = Token(lifetime: TimeSpan.FromMinutes(10)), Sdk = "test/1", Id = "r1" });
        var renewed = await client.ReadAsync<VerifyResult>(Command.VerifyResult);
        await PassAsync(90);
        await client.ReadUntilAnsweredAsync();

        Assert.Equal((1u, "r1", first.Session), (renewed.Code, renewed.Id, renewed.Session));
        Assert.InRange(renewed.TokenExpiresMs, 540_000u, 600_000u);
        Assert.Single(_register.Claims);
        Assert.Equal(1, gateway.Get<TokenMetrics>().Renewals(RenewalOutcome.Renewed));
        var ticket = gateway.Get<ResumeTickets>().Read(renewed.Resume, out _)!;
        Assert.Equal(gateway.SessionOf("ann").Token, ticket.Token);
    }

    [Theory]
    [InlineData("bob", "shop", "")]
    [InlineData("ann", "default", "")]
    [InlineData("ann", "shop", "tablet")]
    public async Task Renewal_OfAnotherUserAppOrDevice_IsRefused(string user, string app, string device)
    {
        await using var gateway = await RunningGateway.StartAsync(_register, _wheel);
        var client = await gateway.ConnectAsync();
        await VerifyAsync(client, Token());

        client.Send(Command.Verify, new Verify { User = user, App = app, Device = device, Token = Forgeries.Ec.Token(user, app, Lifetime), Sdk = "test/1", Id = "r1" });

        Assert.Equal("r1", (await client.ReadErrorAsync(Code.AlreadyVerified)).Id);
        Assert.Equal(("ann", 1L), (Assert.Single(gateway.Sessions.All).User, gateway.Get<TokenMetrics>().Renewals(RenewalOutcome.OtherIdentity)));
    }

    [Fact]
    public async Task Renewal_OfASessionOfAStoredToken_IsRefusedAsEver()
    {
        _register.PutApp(Policy("shop", TokenKinds.Both));
        await using var gateway = await RunningGateway.StartAsync(_register);
        var client = await gateway.ConnectAsync();
        Assert.Equal(0u, (await VerifyAsync(client, "token-ann")).TokenExpiresMs);

        client.Send(Command.Verify, new Verify { User = Forgeries.User, App = Forgeries.App, Token = Token(), Sdk = "test/1" });

        await client.ReadErrorAsync(Code.AlreadyVerified);
        Assert.Null(gateway.SessionOf("ann").Token);
    }

    [Fact]
    public async Task Renewal_WithABadToken_ChangesNothing()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, _wheel);
        var client = await gateway.ConnectAsync();
        await VerifyAsync(client, Token(lifetime: TimeSpan.FromMinutes(30)));
        var before = gateway.SessionOf("ann").Token;
        string[] bad = [.. Forgeries.All.Values.Select(static one => one.Make(DateTimeOffset.UtcNow)), Token(issued: DateTimeOffset.UtcNow.AddSeconds(-10)), "token-ann", ""];

        foreach (var token in bad)
        {
            await PassAsync(1);
            client.Send(Command.Verify, new Verify { User = Forgeries.User, App = Forgeries.App, Token = token, Sdk = "test/1" });
            Assert.Equal(0u, (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Code);
        }

        Assert.Same(before, gateway.SessionOf("ann").Token);
        Assert.Equal(bad.Length, gateway.Get<TokenMetrics>().Renewals(RenewalOutcome.Refused));
    }

    [Fact]
    public async Task Renewal_TooSoonAfterTheLast_IsNotChecked()
    {
        await using var gateway = await RunningGateway.StartAsync(_register, _wheel);
        var client = await gateway.ConnectAsync();
        await VerifyAsync(client, Token());
        await VerifyAsync(client, Token());
        var renewed = gateway.Get<TokenMetrics>().Tokens(TokenOutcome.Good);

        client.Send(Command.Verify, new Verify { User = Forgeries.User, App = Forgeries.App, Token = Token(), Sdk = "test/1", Id = "r2" });

        var error = await client.ReadErrorAsync(Code.RateLimited);
        Assert.Equal("r2", error.Id);
        Assert.InRange(error.RetryAfterMs, 1u, 1_000u);
        Assert.Equal((2L, renewed), (renewed, gateway.Get<TokenMetrics>().Tokens(TokenOutcome.Good)));
    }

    [Fact]
    public async Task Ticket_OfASignedToken_KeepsItsEnd()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var client = await gateway.ConnectAsync();
        var first = await VerifyAsync(client, Token());
        var token = gateway.SessionOf("ann").Token;

        var second = await ResumeAsync(gateway, first.Resume, "");

        Assert.True(second.Resumed);
        Assert.InRange(second.TokenExpiresMs, 1u, first.TokenExpiresMs);
        await UntilAloneAsync(gateway);
        Assert.Equal(token, gateway.SessionOf("ann").Token);
    }

    [Fact]
    public async Task Ticket_WithALaterToken_TakesItsEnd_WithAnOlderOneDoesNot()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var client = await gateway.ConnectAsync();
        var first = await VerifyAsync(client, Token());

        // Of before a revocation, as far as this gateway can know.
        var second = await ResumeAsync(gateway, first.Resume, Token(lifetime: TimeSpan.FromMinutes(30), issued: DateTimeOffset.UtcNow.AddMinutes(-5)));
        var third = await ResumeAsync(gateway, second.Resume, Token(lifetime: TimeSpan.FromMinutes(10)));

        Assert.Equal((true, true), (second.Resumed, third.Resumed));
        Assert.InRange(second.TokenExpiresMs, 1u, 60_000u);
        Assert.InRange(third.TokenExpiresMs, 540_000u, 600_000u);
    }

    [Fact]
    public async Task Ticket_WhoseTokenHasExpired_LetsNobodyIn()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var client = await gateway.ConnectAsync();
        await VerifyAsync(client, Token());
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var ticket = gateway.Get<ResumeTickets>().Issue(new ResumeTicket(Forgeries.App, "ann", "", gateway.KeyOf("ann").Epoch, new TokenTimes(now - 60_000, now - 1)));

        var refused = await ResumeAsync(gateway, ticket, Forgeries.All["expired"].Make(DateTimeOffset.UtcNow));

        Assert.Equal((0u, "token_expired", false), (refused.Code, refused.Reason, refused.Resumed));
        Assert.Equal(1, gateway.Metrics.Tickets(TicketOutcome.TokenExpired));
    }

    [Fact]
    public async Task Keys_Rotated_HoldAtOnceForWhoComesThen()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var next = TestKey.Create("ES256", "ec-2");
        Assert.Equal((1u, 0u), (await CodeAsync(gateway, Forgeries.App, Token()), await CodeAsync(gateway, Forgeries.App, next.Token("ann", "shop", Lifetime))));

        _register.PutApp(Forgeries.Policy(TokenKinds.Signed, Forgeries.Ec, next));
        await UntilKnownAsync(gateway, "ec-2");
        Assert.Equal((1u, 1u), (await CodeAsync(gateway, Forgeries.App, Token()), await CodeAsync(gateway, Forgeries.App, next.Token("ann", "shop", Lifetime))));

        _register.PutApp(Forgeries.Policy(TokenKinds.Signed, next));
        await Eventually.HoldsAsync(() => gateway.Apps.Get(Forgeries.App).Policy.Tokens.Find("ec-1") is null, "the gateway has forgotten the old key");
        Assert.Equal((0u, 1u), (await CodeAsync(gateway, Forgeries.App, Token()), await CodeAsync(gateway, Forgeries.App, next.Token("ann", "shop", Lifetime))));
        await UntilAloneAsync(gateway);
    }

    [Fact]
    public async Task Verify_WithATokenOfBeforeARevocation_IsRefused()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);
        var stolen = Token();
        Assert.Equal(1u, await CodeAsync(gateway, Forgeries.App, stolen));

        _register.RevokedAtUs = (ulong)DateTimeOffset.UtcNow.AddMilliseconds(1).ToUnixTimeMilliseconds() * 1_000;

        Assert.Equal(0u, await CodeAsync(gateway, Forgeries.App, stolen));
    }

    [Fact]
    public async Task Watch_AsksForTheSecrets()
    {
        await using var gateway = await RunningGateway.StartAsync(_register);

        Assert.True(_register.ToldSecrets);
    }

    private static App Policy(string app, TokenKinds kinds)
    {
        var policy = Forgeries.Policy(kinds);
        policy.Name = app;
        return policy;
    }

    private static string Token(string app = Forgeries.App, TimeSpan? lifetime = null, DateTimeOffset? issued = null) =>
        Forgeries.Ec.Token(Forgeries.User, app, lifetime ?? Lifetime, issued);

    private static async Task<VerifyResult> VerifyAsync(TestClient client, string token, string device = "", string app = Forgeries.App)
    {
        client.Send(Command.Verify, new Verify { User = Forgeries.User, App = app, Token = token, Device = device, Sdk = "test/1" });
        return await client.ReadAsync<VerifyResult>(Command.VerifyResult);
    }

    private static async Task<uint> CodeAsync(RunningGateway gateway, string app, string token) =>
        (await VerifyAsync(await gateway.ConnectAsync(), token, app: app)).Code;

    private static async Task<VerifyResult> ResumeAsync(RunningGateway gateway, string ticket, string token)
    {
        var client = await gateway.ConnectAsync();
        client.Send(Command.Verify, new Verify { User = Forgeries.User, App = Forgeries.App, Token = token, Resume = ticket, Sdk = "test/1" });
        return await client.ReadAsync<VerifyResult>(Command.VerifyResult);
    }

    /// <summary>A session that was displaced leaves the table behind the answer to who displaced it.</summary>
    private static Task UntilAloneAsync(RunningGateway gateway) => Eventually.HoldsAsync(() => gateway.Sessions.Count == 1, "the displaced sessions have gone");

    private static Task UntilKnownAsync(RunningGateway gateway, string kid) =>
        Eventually.HoldsAsync(() => gateway.Apps.Get(Forgeries.App).Policy.Tokens.Find(kid) is not null, "the gateway knows the key");

    private async Task PassAsync(int seconds)
    {
        for (var i = 0; i < seconds * 2; i++)
        {
            _wheel.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }
    }
}
