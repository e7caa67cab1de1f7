using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;

namespace Microservices.Gateway.Tests.Service;

public class LoginTests
{
    [Fact]
    public async Task Verify_OfSdkClient_AnswersWithSessionAndLimits()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.ConnectAsync();

        client.Verify("ann", id: "v1", heartbeatMs: 5_000, features: Features.HeartbeatAck);

        var result = await client.ReadAsync<VerifyResult>(Command.VerifyResult);
        var session = gateway.SessionOf("ann");
        Assert.Equal(1u, result.Code);
        Assert.Equal("v1", result.Id);
        Assert.Equal($"{gateway.Register.Incarnation:x16}-{session.Number:x}", result.Session);
        Assert.Equal(5_000u, result.HeartbeatMs);
        Assert.Equal(65_536u, result.Limits!.MaxFrameBytes);
        Assert.Equal(150_000u, result.Limits.SilenceLimitMs);
        Assert.Equal([Features.HeartbeatAck], result.Features);
        Assert.True(result.ServerTimeMs > 0);
        var claim = gateway.Register.Claims.Single().Claims.Single();
        Assert.Equal(("default", "ann", "token-ann", "test/1", 2u, false), (claim.App, claim.User, claim.Token, claim.Sdk, claim.ClientVersion, claim.ChatClient));
        Assert.StartsWith("127.0.0.1:", claim.RemoteAddress, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(1100u)]
    public async Task Verify_OfChatClient_AnswersInItsVersion(uint version)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.ConnectAsync(version);

        client.SendText(Command.Verify, """{"phone_number":"138","token":"token-138"}""");

        var frame = await client.ReadAsync();
        Assert.Equal((version, Command.VerifyResult), (frame.Header.Version, frame.Header.Command));
        Assert.Contains("\"code\":1", frame.Text, StringComparison.Ordinal);
        Assert.True(gateway.SessionOf("138").IsChatClient);
        Assert.True(gateway.Register.Claims.Single().Claims.Single().ChatClient);
    }

    [Fact]
    public async Task Verify_OfChatClientWithWrongToken_KeepsTheConnectionAndDropsEverythingElse()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.ConnectAsync(1100);

        client.SendText(Command.Verify, """{"phone_number":"138","token":"wrong"}""");
        Assert.Equal("""{"code":0}""", (await client.ReadAsync()).Text);
        client.SendText(Command.SingleChat, """{"chat_from":"138","chat_to":"139","chat_content":"hi"}""");
        client.Send(Command.Heartbeat);
        client.Send(TestClient.Header(12, 1100, 77));
        client.SendText(Command.Verify, """{"phone_number":"138","token":"token-138"}""");

        Assert.Equal(1u, (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Code);
        Assert.Empty(gateway.Uplinks);
    }

    [Fact]
    public async Task Verify_OfSdkClientWithWrongToken_SaysWhyAndRefusesCommands()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.ConnectAsync();

        client.Verify("ann", token: "wrong", id: "v1");
        var refused = await client.ReadAsync<VerifyResult>(Command.VerifyResult);
        client.Send(Command.SingleChat, new SingleChat { ChatTo = "bob", ChatContent = "hi" });
        var error = await client.ReadErrorAsync(Code.NotVerified);

        Assert.Equal((0u, "wrong_token", "v1"), (refused.Code, refused.Reason, refused.Id));
        Assert.Equal(Command.SingleChat, error.Command);
    }

    [Theory]
    [InlineData("ann", "nowhere", "unknown_app")]
    [InlineData("ann", "NOT AN APP", "invalid_argument")]
    [InlineData("", "", "invalid_argument")]
    [InlineData("a\u0001", "", "invalid_argument")]
    public async Task Verify_WithBadNames_SaysWhy(string user, string app, string reason)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.ConnectAsync();

        client.Verify(user, app: app);

        Assert.Equal(reason, (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Reason);
    }

    [Theory]
    [InlineData(128, "")]
    [InlineData(129, "invalid_argument")]
    public async Task Verify_WithLongId_IsRefusedAboveTheLimit(int length, string reason)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.ConnectAsync();
        var id = new string('i', length);

        client.Verify("ann", id: id);

        var answer = await client.ReadAsync<VerifyResult>(Command.VerifyResult);
        Assert.Equal((reason, id), (answer.Reason, answer.Id));
    }

    [Fact]
    public async Task Verify_OnVerifiedConnection_IsAnErrorAndGoesOn()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann");

        client.Verify("bob", id: "v2");

        Assert.Equal("v2", (await client.ReadErrorAsync(Code.AlreadyVerified)).Id);
        Assert.Empty(await client.ReadUntilAnsweredAsync());
    }

    [Fact]
    public async Task Verify_ThatFailsTooOften_ClosesTheConnection()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Connections:MaxVerifyAttempts", "3"));
        var client = await gateway.ConnectAsync();

        for (var i = 0; i < 3; i++)
        {
            client.Verify("ann", token: "wrong");
            await client.ReadAsync<VerifyResult>(Command.VerifyResult);
        }

        client.Verify("ann");

        await client.ReadErrorAsync(Code.VerifyTimeout);
        await client.ReadEndAsync();
    }

    [Fact]
    public async Task Verify_ThatNeverComes_IsClosedAtItsDeadline()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Connections:VerifyTimeout", "00:00:00.300"));
        var client = await gateway.ConnectAsync();

        await client.ReadErrorAsync(Code.VerifyTimeout);
        await client.ReadEndAsync();
        Assert.Equal(1, gateway.Metrics.Closes(Code.VerifyTimeout));
    }

    [Fact]
    public async Task Verify_UnderWay_IsNotOvertakenByFramesBehindIt()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var claim = new TaskCompletionSource();
        gateway.Register.OnClaim = _ => claim.Task;
        var client = await gateway.ConnectAsync();
        var verify = client.Encode(Command.Verify, new Verify { User = "ann", Token = "token-ann", Sdk = "test/1" });
        var chat = client.Encode(Command.SingleChat, new SingleChat { ChatTo = "bob", ChatContent = "hi", Id = "1" });

        client.Send([.. verify, .. chat]);
        await Eventually.HoldsAsync(() => !gateway.Register.Claims.IsEmpty, "the claim is asked for");
        Assert.Empty(gateway.Uplinks);
        claim.SetResult();

        await client.ReadAsync<VerifyResult>(Command.VerifyResult);
        var up = await gateway.UplinkAsync();
        Assert.Equal(("ann", "hi"), (up.User, up.Chat.ChatContent));
    }

    [Fact]
    public async Task Verify_InSingleBytes_Works()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.ConnectAsync();

        foreach (var one in client.Encode(Command.Verify, new Verify { User = "ann", Token = "token-ann", Sdk = "test/1" }))
        {
            client.Send([one]);
        }

        Assert.Equal(1u, (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Code);
    }

    [Fact]
    public async Task Logins_AtTheSameTime_ShareCalls()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Sessions:ConcurrentLoginCalls", "1"));
        var claim = new TaskCompletionSource();
        gateway.Register.OnClaim = _ => claim.Task;
        var first = await gateway.ConnectAsync();
        first.Verify("first");
        await Eventually.HoldsAsync(() => gateway.Register.Claims.Count == 1, "the first call is under way");

        var others = new List<TestClient>();
        for (var i = 0; i < 20; i++)
        {
            others.Add(await gateway.ConnectAsync());
            others[i].Verify($"user-{i}");
        }

        await Eventually.HoldsAsync(() => gateway.Metrics.FramesIn(Command.Verify) == 21, "all verifies are in");
        claim.SetResult();

        foreach (var client in others.Prepend(first))
        {
            Assert.Equal(1u, (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Code);
        }

        Assert.Equal(2, gateway.Register.Claims.Count);
    }

    [Fact]
    public async Task Logins_OverTheLimit_AreToldToBackOff()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Sessions:ConcurrentLoginCalls", "1"), ("Sessions:MaxWaitingLogins", "1"));
        var claim = new TaskCompletionSource();
        gateway.Register.OnClaim = _ => claim.Task;
        var underWay = await gateway.ConnectAsync();
        underWay.Verify("one");
        await Eventually.HoldsAsync(() => gateway.Register.Claims.Count == 1, "the first call is under way");
        var waiting = await gateway.ConnectAsync();
        waiting.Verify("two");
        await Eventually.HoldsAsync(() => gateway.Metrics.FramesIn(Command.Verify) == 2, "the second waits");

        var refused = await gateway.ConnectAsync();
        refused.Verify("three");

        var result = await refused.ReadAsync<VerifyResult>(Command.VerifyResult);
        Assert.Equal((0u, "overloaded"), (result.Code, result.Reason));
        Assert.InRange(result.RetryAfterMs, 2_000u, 4_600u);
        Assert.Equal(result.RetryAfterMs, (await refused.ReadErrorAsync(Code.Overloaded)).RetryAfterMs);
        await refused.ReadEndAsync();
        claim.SetResult();
        await waiting.ReadAsync<VerifyResult>(Command.VerifyResult);
    }

    [Fact]
    public async Task Claim_ThatSucceedsAfterTheConnectionEnded_IsEndedAgain()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Connections:VerifyTimeout", "00:00:00.300"));
        var claim = new TaskCompletionSource();
        gateway.Register.OnClaim = _ => claim.Task;
        var client = await gateway.ConnectAsync();
        client.Verify("ann");
        await client.ReadErrorAsync(Code.VerifyTimeout);

        claim.SetResult();

        await Eventually.HoldsAsync(() => gateway.Register.Ends.Any(end => end.User == "ann"), "the claim is ended");
        Assert.Null(gateway.Register.SessionOf("ann"));
        Assert.Equal(0, gateway.Sessions.Count);
        Assert.Equal(1, gateway.Metrics.Logins(LoginOutcome.Abandoned));
    }

    [Fact]
    public async Task Claim_WhoseAnswerIsLost_IsFoundAndEnded()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Sessions:LoginPatience", "00:00:00"), ("Sessions:CallTimeout", "00:00:00.300"));
        var claim = new TaskCompletionSource();
        gateway.Register.OnClaim = _ => claim.Task;
        var client = await gateway.ConnectAsync();
        client.Verify("ann");
        var refused = await client.ReadAsync<VerifyResult>(Command.VerifyResult);
        Assert.Equal("try_later", refused.Reason);

        // Register makes the claim although nobody listens any more.
        claim.SetResult();

        await Eventually.HoldsAsync(() => gateway.Register.SessionOf("ann") is not null, "the claim is made");
        gateway.Get<LostSessions>().LookSoon();
        await Eventually.HoldsAsync(() => gateway.Register.SessionOf("ann") is null, "the lost session is ended");
    }

    [Fact]
    public async Task RegisterAway_SdkClientIsToldToTryLater_AndMayTryAgain()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Sessions:LoginPatience", "00:00:00.200"));
        await gateway.Register.StopAsync();
        var client = await gateway.ConnectAsync();

        client.Verify("ann");
        var refused = await client.ReadAsync<VerifyResult>(Command.VerifyResult);
        await gateway.Register.StartAsync();
        await gateway.UntilReadyAsync();
        client.Verify("ann");

        Assert.Equal((0u, "try_later"), (refused.Code, refused.Reason));
        Assert.InRange(refused.RetryAfterMs, 2_000u, 23_000u);
        Assert.Equal(1u, (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Code);
    }

    [Fact]
    public async Task RegisterAway_ChatClientWaitsAndLogsInWhenItIsBack()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Sessions:LoginPatience", "00:00:00"));
        await gateway.Register.StopAsync();
        var client = await gateway.ConnectAsync(1100);

        client.Verify("138");
        await Eventually.HoldsAsync(() => gateway.Sessions.FindLogin(1) is { RegisterWasAway: true }, "a call has failed");
        await gateway.Register.StartAsync();

        Assert.Equal(1u, (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Code);
    }

    [Fact]
    public async Task RegisterAway_ChatClientIsClosedAtTheVerifyDeadline()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Connections:VerifyTimeout", "00:00:01"));
        await gateway.Register.StopAsync();
        var client = await gateway.ConnectAsync(1100);

        client.Verify("138");

        await client.ReadErrorAsync(Code.Unavailable);
        await client.ReadEndAsync();
    }

    [Fact]
    public async Task ClaimUnavailable_IsTriedAgain()
    {
        await using var gateway = await RunningGateway.StartAsync();
        gateway.Register.Forced["ann"] = Outcome.Unavailable;
        var client = await gateway.ConnectAsync();

        client.Verify("ann");
        await Eventually.HoldsAsync(() => gateway.Register.Claims.Count >= 2, "the claim is tried again");
        gateway.Register.Forced.Clear();

        Assert.Equal(1u, (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Code);
    }

    [Fact]
    public async Task SecondLogin_OnTheSameGateway_DisplacesTheFirst()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var first = await gateway.LogInAsync("ann");
        var chat = await gateway.LogInAsync("138", 1100);

        await gateway.LogInAsync("ann");
        await gateway.LogInAsync("138", 1100);

        var directive = await first.ReadAsync<Directive>(Command.Directive);
        Assert.Equal(("logout", Code.Displaced), (directive.Action, directive.Code));
        await first.ReadEndAsync();
        await chat.ReadErrorAsync(Code.Displaced);
        await chat.ReadEndAsync();
        Assert.Equal(2, gateway.Sessions.Count);
        Assert.NotNull(gateway.Register.SessionOf("ann"));
    }
}
