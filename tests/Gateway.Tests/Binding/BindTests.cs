using Microservices.Gateway.Binding;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Resume;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Binding;

/// <summary>Commands 7 and 8: what they answer, and what they refuse.</summary>
public class BindTests
{
    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    public async Task Bind_WithTheAppsOwnToken_GivesASessionOfItsOwn(uint version)
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.LogInAsync("ann", version, features: Features.Ack);

        client.Bind("shop", "b1", device: "d");

        var result = await client.ReadAsync<BindResult>(Command.BindResult);
        Assert.Equal((1u, "", "shop", "b1", false), (result.Code, result.Reason, result.App, result.Id, result.Resumed));
        Assert.Equal([Features.Ack], result.Features);
        Assert.InRange(result.Resume.Length, 60, 512);
        var session = gateway.SessionOf("ann-shop");
        Assert.Equal($"{session.Incarnation:x16}-{session.Number:x}", result.Session);
        Assert.Equal(("shop", "d", true), (session.App.Name, session.Device, session.IsBound));
        var claim = gateway.Register.Claims.Last().Claims.Single();
        Assert.Equal(("shop", "ann-shop", "d", "token-ann-shop", false), (claim.App, claim.User, claim.Device, claim.Token, claim.ChatClient));
        Assert.Equal(1, Metrics(gateway).Binds(BindOutcome.Bound));
        Assert.Equal((1L, 2), (Metrics(gateway).Bound, gateway.Sessions.Count));
    }

    [Fact]
    public async Task Bind_ThatNamesOnlyItsTicket_IsTheTickets()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.LogInWithAsync();
        var bound = await client.BindAsync("shop", device: "d");
        client.Send(Command.Unbind, new Unbind { App = "shop" });
        await client.ReadUnboundAsync("shop", Code.Goodbye);
        var other = await gateway.LogInAsync("bob");
        var second = await other.BindAsync("shop", device: "d");

        // It was given up for good.
        client.Send(Command.Bind, new Bind { App = "shop", Resume = bound.Resume });
        await client.ReadRefusedAsync(Code.WrongToken);
        client.Send(Command.Bind, new Bind { App = "shop", Resume = second.Resume });

        var result = await client.ReadAsync<BindResult>(Command.BindResult);
        Assert.Equal((1u, true), (result.Code, result.Resumed));
        await other.ReadUnboundAsync("shop", Code.Displaced);
        Assert.Empty(await other.ReadUntilAnsweredAsync());
    }

    [Theory]
    [InlineData("default", "ann", "")]
    [InlineData("news", "ann-shop", "")]
    [InlineData("shop", "bob", "")]
    [InlineData("shop", "ann-shop", "other")]
    public async Task Bind_WithATicketOfAnotherIdentity_IsRefused(string app, string user, string device)
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop", "news"));
        var client = await gateway.LogInWithAsync();
        var ticket = gateway.Get<ResumeTickets>().Issue(new ResumeTicket(app, user, device, gateway.KeyOf("ann").Epoch));

        client.Bind("shop", token: "wrong", resume: ticket);
        await client.ReadRefusedAsync(Code.WrongToken);
        client.Send(Command.Bind, new Bind { App = "shop", Resume = ticket });

        var nameless = await client.ReadAsync<BindResult>(Command.BindResult);
        Assert.Equal(0u, nameless.Code);
        Assert.Equal(2, gateway.Metrics.Tickets(TicketOutcome.OtherIdentity) + gateway.Metrics.Tickets(TicketOutcome.Overtaken));
        Assert.Equal(["ann"], gateway.Sessions.All.Select(session => session.User));
    }

    [Theory]
    [InlineData("shop", "wrong", Code.WrongToken, "shop", nameof(BindOutcome.Refused))]
    [InlineData("shop", "", Code.WrongToken, "shop", nameof(BindOutcome.Refused))]
    [InlineData("nowhere", "token-ann-nowhere", Code.UnknownApp, "nowhere", nameof(BindOutcome.Refused))]
    [InlineData("", "t", Code.InvalidArgument, "", nameof(BindOutcome.Invalid))]
    [InlineData("Shop!", "t", Code.InvalidArgument, "", nameof(BindOutcome.Invalid))]
    [InlineData("default", "token-ann-default", Code.AlreadyBound, "default", nameof(BindOutcome.AlreadyBound))]
    [InlineData("news", "token-ann-news", Code.AlreadyBound, "news", nameof(BindOutcome.AlreadyBound))]
    public async Task Bind_ThatIsNotGood_IsRefusedAndTheConnectionGoesOn(string app, string token, Code expected, string told, string outcome)
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop", "news"));
        var client = await gateway.LogInWithAsync("news");

        client.Bind(app, "b2", token: token);

        var refused = await client.ReadRefusedAsync(expected);
        Assert.Equal(("b2", told), (refused.Id, refused.App));
        Assert.Equal(1, Metrics(gateway).Binds(Enum.Parse<BindOutcome>(outcome)));
        Assert.Equal(["ann", "ann-news"], gateway.Sessions.All.Select(session => session.User).Order());
        await gateway.PushToAsync("default", gateway.KeyOf("ann"), "still here");
        await client.ReadPushesAsync("still here");
    }

    [Fact]
    public async Task Bind_OfAUserThatIsNoName_IsInvalid()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.LogInWithAsync();

        client.Bind("shop", user: "", token: "t");
        await client.ReadRefusedAsync(Code.InvalidArgument);
        client.Bind("shop", new string('i', 129));
        await client.ReadRefusedAsync(Code.InvalidArgument);

        Assert.DoesNotContain(gateway.Register.Claims.SelectMany(call => call.Claims), claim => claim.App == "shop");
    }

    [Fact]
    public async Task Bind_OfMoreThanTheLimit_IsRefusedUntilOneIsUnbound()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("a", "b", "c"), true, ("Binding:MaxApps", "2"));
        var client = await gateway.LogInWithAsync("a", "b");

        client.Bind("c");

        Assert.Contains("2", (await client.ReadRefusedAsync(Code.TooManyApps)).Message, StringComparison.Ordinal);
        Assert.Equal(1, Metrics(gateway).Binds(BindOutcome.TooManyApps));
        client.Send(Command.Unbind, new Unbind { App = "a" });
        await client.ReadUnboundAsync("a", Code.Goodbye);
        await client.BindAsync("c");
    }

    [Fact]
    public async Task Bind_ThatComesTooFast_IsToldWhenToComeBack()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("a", "b"), true, ("Binding:BindBurst", "1"), ("Binding:BindsPerSecond", "1"));
        var client = await gateway.LogInWithAsync("a");

        client.Bind("b", "b7");

        var error = await client.ReadErrorAsync(Code.RateLimited);
        Assert.Equal((Command.Bind, "b7", "b"), (error.Command, error.Id, error.App));
        Assert.InRange(error.RetryAfterMs, 1u, 1_000u);
        Assert.Equal(1, Metrics(gateway).Binds(BindOutcome.RateLimited));
        Assert.Equal(2, gateway.Sessions.Count);
    }

    [Fact]
    public async Task Bind_WithTooManyWrongTokens_EndsTheConnection()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"), true, ("Binding:MaxWrongTokens", "2"));
        var client = await gateway.LogInWithAsync();
        for (var i = 0; i < 3; i++)
        {
            client.Bind("shop", token: $"guess-{i}");
            await client.ReadRefusedAsync(Code.WrongToken);
        }

        await client.ReadErrorAsync(Code.VerifyTimeout);
        await client.ReadEndAsync();
        Assert.Equal(0, gateway.Sessions.Count);
    }

    [Fact]
    public async Task Bind_ManyAtOnce_AreAnsweredInTheirOrder()
    {
        string[] apps = [.. Enumerable.Range(0, 16).Select(i => $"app-{i}")];
        await using var gateway = await RunningGateway.StartAsync(Binders.Register(apps));
        var client = await gateway.LogInWithAsync();

        client.Send([.. apps.SelectMany(app => client.Encode(Command.Bind, new Bind { App = app, User = "u", Token = "token-u", Id = app }))]);

        foreach (var app in apps)
        {
            Assert.Equal((1u, app, app), await client.ReadAsync<BindResult>(Command.BindResult) is var result ? (result.Code, result.App, result.Id) : default);
        }

        Assert.Equal(17, gateway.Sessions.Count);
    }

    [Fact]
    public async Task Bind_RegisterDoesNotAnswerInTime_IsTriedLaterAndALateClaimIsEnded()
    {
        var register = Binders.Register("shop");
        var answer = new TaskCompletionSource();
        await using var gateway = await RunningGateway.StartAsync(register, true, ("Binding:Timeout", "00:00:00.300"), ("Sessions:CallTimeout", "00:00:30"));
        var client = await gateway.LogInWithAsync();
        register.OnClaim = _ => answer.Task;

        client.Bind("shop", "b1");

        var refused = await client.ReadRefusedAsync(Code.TryLater);
        Assert.Equal("b1", refused.Id);
        Assert.InRange(refused.RetryAfterMs, 1u, 60_000u);
        Assert.Equal(1, Metrics(gateway).Binds(BindOutcome.TimedOut));
        Assert.Empty(await client.ReadUntilAnsweredAsync());
        register.OnClaim = null;
        answer.SetResult();
        await Eventually.HoldsAsync(() => register.Ends.Any(end => end.App == "shop"), "the late claim is ended");
        Assert.Null(register.SessionOf("ann-shop", "shop"));
        await client.BindAsync("shop");
        Assert.Equal(0, gateway.Metrics.Closes(Code.VerifyTimeout));
    }

    [Fact]
    public async Task Bind_WhileRegisterIsAway_IsToldToComeLaterAndHeartbeatsGoOn()
    {
        var register = Binders.Register("shop");
        await using var gateway = await RunningGateway.StartAsync(register, true, ("Sessions:LoginPatience", "00:00:00.200"));
        var client = await gateway.LogInWithAsync();
        await register.StopAsync();

        client.Bind("shop");

        Assert.InRange((await client.ReadRefusedAsync(Code.TryLater)).RetryAfterMs, 1u, 120_000u);
        Assert.Empty(await client.ReadUntilAnsweredAsync());
        await register.StartAsync();
        await Eventually.HoldsAsync(
            async () =>
            {
                client.Bind("shop");
                return (await client.ReadAsync<BindResult>(Command.BindResult)).Code == 1;
            },
            "it is bound when register is back");
    }

    [Fact]
    public async Task Bind_ConnectionEndsBeforeTheAnswer_EndsTheClaim()
    {
        var register = Binders.Register("shop");
        var answer = new TaskCompletionSource();
        await using var gateway = await RunningGateway.StartAsync(register);
        var client = await gateway.LogInWithAsync();
        var claimed = new TaskCompletionSource();
        register.AfterClaim = _ =>
        {
            claimed.TrySetResult();
            return answer.Task;
        };
        client.Bind("shop");
        await claimed.Task;

        gateway.SessionOf("ann").Connection.Close(Code.Kicked);
        answer.SetResult();

        await Eventually.HoldsAsync(() => register.Ends.Any(end => end.App == "shop"), "the claim is ended");
        await Eventually.HoldsAsync(() => gateway.Sessions.Count == 0, "no session is left");
        Assert.Equal(1, gateway.Metrics.Logins(LoginOutcome.Abandoned));
    }

    [Fact]
    public async Task Unbind_EndsThatSessionAlone()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop", "news"));
        var client = await gateway.LogInWithAsync("shop", "news");
        var key = gateway.KeyOf("ann-shop");

        client.Send(Command.Unbind, new Unbind { App = "shop", Id = "u1" });

        Assert.Equal("u1", (await client.ReadUnboundAsync("shop", Code.Goodbye)).Id);
        await Eventually.HoldsAsync(() => gateway.Register.Ends.Any(end => end is { App: "shop", Code: (uint)Code.Goodbye }), "register is told");
        Assert.Equal(["ann", "ann-news"], gateway.Sessions.All.Select(session => session.User).Order());
        await gateway.PushToAsync("shop", key, "late");
        await gateway.PushToAsync("news", gateway.KeyOf("ann-news"), "news");
        await client.ReadPushesAsync("news");
        Assert.Equal(1, gateway.Metrics.Drops(DropCause.UnknownSession));
        Assert.Equal((1L, 1L), (Metrics(gateway).Unbounds(Code.Goodbye), Metrics(gateway).Bound));
    }

    [Theory]
    [InlineData("shop", "shop")]
    [InlineData("default", "default")]
    [InlineData("", "")]
    [InlineData("No Name", "")]
    public async Task Unbind_OfWhatIsNotBound_IsRefused(string app, string told)
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop", "news"));
        var client = await gateway.LogInWithAsync("news");

        client.Send(Command.Unbind, new Unbind { App = app, Id = "u1" });

        var error = await client.ReadErrorAsync(Code.NotBound);
        Assert.Equal((Command.Unbind, "u1", told), (error.Command, error.Id, error.App));
        Assert.Equal(2, gateway.Sessions.Count);
    }

    [Fact]
    public async Task Goodbye_ThatNamesAnApp_EndsItAlone_OrTheConnectionWithItsOwn()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop", "news"));
        var client = await gateway.LogInWithAsync("shop", "news");

        client.Send(Command.Goodbye, new Goodbye { App = "shop" });
        await client.ReadUnboundAsync("shop", Code.Goodbye);
        client.Send(Command.Goodbye, new Goodbye { App = "shop" });
        Assert.Equal(Command.Goodbye, (await client.ReadErrorAsync(Code.NotBound)).Command);
        client.Send(Command.Goodbye, new Goodbye { App = "default" });

        await client.ReadEndAsync();
        Assert.Equal(0, gateway.Sessions.Count);
    }

    [Fact]
    public async Task Unverified_BindAndUnbind_AreNotVerified()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.ConnectAsync();

        client.Bind("shop");
        await client.ReadErrorAsync(Code.NotVerified);
        client.Send(Command.Unbind, new Unbind { App = "shop" });
        await client.ReadErrorAsync(Code.NotVerified);

        Assert.Empty(gateway.Register.Claims);
    }

    [Fact]
    public async Task Malformed_EndsTheConnection()
    {
        await using var gateway = await RunningGateway.StartAsync(Binders.Register("shop"));
        var client = await gateway.LogInWithAsync("shop");

        client.Send([.. TestClient.Header(14, 2, (uint)Command.Bind), 0x0a, 0xff]);

        await client.ReadErrorAsync(Code.MalformedBody);
        await client.ReadEndAsync();
        Assert.Equal(0, gateway.Sessions.Count);
    }

    private static BindMetrics Metrics(RunningGateway gateway) => gateway.Get<BindMetrics>();
}
