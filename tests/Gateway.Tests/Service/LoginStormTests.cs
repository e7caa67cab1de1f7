using System.Runtime.CompilerServices;
using Microservices.Contracts.Register;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>More logins than can be served: a queue with a rate, and the rest is told when to come back.</summary>
public sealed class LoginStormTests
{
    [Fact]
    public async Task Logins_OverTheRate_WaitOrAreToldWhenToComeBack()
    {
        const int Clients = 40;
        await using var gateway = await RunningGateway.StartAsync(
            true, ("Sessions:LoginsPerSecond", "10"), ("Sessions:LoginBurst", "5"), ("Sessions:MaxLoginWait", "00:00:01.500"));
        var clients = await ConnectAsync(gateway, Clients);
        for (var i = 0; i < Clients; i++)
        {
            clients[i].Verify($"user-{i}");
        }

        var retries = new List<uint>();
        foreach (var client in clients)
        {
            var result = await client.ReadAsync<VerifyResult>(Command.VerifyResult);
            if (result.Code == 0)
            {
                Assert.Equal("overloaded", result.Reason);
                Assert.Equal(result.RetryAfterMs, (await client.ReadErrorAsync(Code.Overloaded)).RetryAfterMs);
                await client.ReadEndAsync();
                retries.Add(result.RetryAfterMs);
            }
        }

        await Eventually.HoldsAsync(
            () => gateway.Metrics.Logins(LoginOutcome.Verified) + gateway.Metrics.Logins(LoginOutcome.Overloaded) == Clients, "all are counted");
        Assert.InRange(gateway.Metrics.Logins(LoginOutcome.Verified), 10, Clients - 1);
        Assert.All(retries, retry => Assert.InRange(retry, 2_000u, 8_000u));
        Assert.True(retries.Count < 3 || retries.Distinct().Count() > 1, string.Join(", ", retries));
    }

    [Fact]
    public async Task Logins_LongerThanTheVerifyDeadline_AreToldAtOnce()
    {
        await using var gateway = await RunningGateway.StartAsync(
            true, ("Sessions:LoginsPerSecond", "1"), ("Sessions:LoginBurst", "1"), ("Connections:VerifyTimeout", "00:00:05"), ("Sessions:MaxLoginWait", "00:10:00"));
        var clients = await ConnectAsync(gateway, 12);
        for (var i = 0; i < clients.Count; i++)
        {
            clients[i].Verify($"user-{i}");
        }

        await Eventually.HoldsAsync(() => gateway.Metrics.Logins(LoginOutcome.Overloaded) >= 4, "some are refused although the queue is not full");
        Assert.Equal(0, gateway.Metrics.Closes(Code.VerifyTimeout));
    }

    [Fact]
    public async Task ChatClient_ThatCannotBeTaken_GetsThePlainClose()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Sessions:ConcurrentLoginCalls", "1"), ("Sessions:MaxWaitingLogins", "1"));
        var claim = await BlockAsync(gateway);
        (await gateway.ConnectAsync()).Verify("waits");
        await Eventually.HoldsAsync(() => gateway.Get<LoginQueue>().Waiting == 1, "one waits");
        var client = await gateway.ConnectAsync(1100);

        client.Verify("138");

        Assert.InRange((await client.ReadErrorAsync(Code.Overloaded)).RetryAfterMs, 2_000u, 4_600u);
        await client.ReadEndAsync();
        claim.SetResult();
    }

    [Fact]
    public async Task Clients_ThatHaveGone_CostNoClaim()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Sessions:ConcurrentLoginCalls", "1"), ("Sessions:CallTimeout", "00:00:30"), ("Sessions:MaxLoginWait", "00:01:00"));
        var claim = await BlockAsync(gateway);
        var clients = await ConnectAsync(gateway, 60);
        for (var i = 0; i < clients.Count; i++)
        {
            clients[i].Verify($"user-{i}");
        }

        await Eventually.HoldsAsync(() => gateway.Get<LoginQueue>().Waiting == 60, "all wait");
        for (var i = 0; i < clients.Count - 1; i++)
        {
            clients[i].Dispose();
        }

        var attempts = Enumerable.Range(1, 100).Select(number => gateway.Sessions.FindLogin((ulong)number)).OfType<LoginAttempt>().ToArray();
        await Eventually.HoldsAsync(() => attempts.Count(login => login.Connection.IsGone) == 59, "the server knows that they have gone");
        claim.SetResult();

        Assert.Equal(1u, (await clients[^1].ReadAsync<VerifyResult>(Command.VerifyResult)).Code);
        Assert.Equal(["first", "user-59"], gateway.Register.Claims.SelectMany(call => call.Claims).Select(each => each.User));
        Assert.Equal(59, gateway.Metrics.Logins(LoginOutcome.Abandoned));
        Assert.DoesNotContain(gateway.Register.Ends, end => end.User.StartsWith("user", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RegisterHung_HeartbeatsOfVerifiedConnectionsGoOn_AndNothingIsHeldAfterwards()
    {
        const int Clients = 1_000;
        await using var gateway = await RunningGateway.StartAsync(
            true,
            ("Sessions:ConcurrentLoginCalls", "1"),
            ("Sessions:CallTimeout", "00:00:50"),
            ("Sessions:MaxLoginWait", "00:05:00"),
            ("Connections:VerifyTimeout", "00:05:00"));
        var alive = await gateway.LogInAsync("alive", features: Features.HeartbeatAck);
        var claim = new TaskCompletionSource();
        gateway.Register.OnClaim = _ => claim.Task;
        var clients = await ConnectAsync(gateway, Clients);
        for (var i = 0; i < Clients; i++)
        {
            clients[i].Verify($"user-{i}");
            if (i % 100 == 0)
            {
                alive.Send(Command.Heartbeat);
                await alive.ReadAsync<HeartbeatAck>(Command.HeartbeatAck);
            }
        }

        await Eventually.HoldsAsync(() => gateway.Metrics.FramesIn(Command.Verify) == Clients + 1, "all verifies are in");
        Assert.InRange(gateway.Get<LoginQueue>().Waiting, 700, Clients);
        for (var i = 0; i < 200; i++)
        {
            alive.Send(Command.Heartbeat);
            await alive.ReadAsync<HeartbeatAck>(Command.HeartbeatAck);
        }

        var attempts = WeakAttempts(gateway, Clients);
        Assert.Equal(Clients, attempts.Length);
        claim.SetResult();
        await Eventually.HoldsAsync(() => gateway.Metrics.Logins(LoginOutcome.Verified) == Clients + 1, "all are logged in", () => $"{gateway.Metrics.Logins(LoginOutcome.Verified)}");

        Assert.Equal(0, gateway.Get<LoginQueue>().Waiting);
        await Eventually.HoldsAsync(
            () =>
            {
                GC.Collect();
                return attempts.Count(static attempt => attempt.IsAlive) <= Environment.ProcessorCount * 2;
            },
            "the attempts are forgotten although the connections live",
            () => $"{attempts.Count(static attempt => attempt.IsAlive)} are not");
        Assert.Equal(Clients + 1, gateway.Sessions.Count);
    }

    [Fact]
    public async Task RegisterAway_WhoeverComesAfterOthersHaveWaited_IsToldToTryLater_AndMayStay()
    {
        await using var gateway = await RunningGateway.StartAsync(true, ("Sessions:ConcurrentLoginCalls", "1"), ("Sessions:MaxBatch", "1"), ("Sessions:LoginPatience", "00:00:01"));
        gateway.Register.OnClaim = _ => throw new Grpc.Core.RpcException(new Grpc.Core.Status(Grpc.Core.StatusCode.Unavailable, "the store is away"));
        var chat = await gateway.ConnectAsync(1100);
        chat.Verify("chat");
        var chat2 = await gateway.ConnectAsync(1100);
        chat2.Verify("chat2");
        await Eventually.HoldsAsync(() => gateway.Get<LoginPace>().FailingFor > TimeSpan.FromSeconds(1), "it has failed for longer than the patience");
        var client = await gateway.ConnectAsync();

        client.Verify("ann");
        var refused = await client.ReadAsync<VerifyResult>(Command.VerifyResult);
        gateway.Register.OnClaim = null;

        Assert.Equal((0u, "try_later"), (refused.Code, refused.Reason));
        Assert.InRange(refused.RetryAfterMs, 2_000u, 100_000u);
        Assert.Equal(1u, (await chat.ReadAsync<VerifyResult>(Command.VerifyResult)).Code);
        Assert.Equal(1u, (await chat2.ReadAsync<VerifyResult>(Command.VerifyResult)).Code);
        client.Verify("ann");
        Assert.Equal(1u, (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).Code);
    }

    /// <summary>The only call with logins is under way until the test ends it.</summary>
    private static async Task<TaskCompletionSource> BlockAsync(RunningGateway gateway)
    {
        var claim = new TaskCompletionSource();
        gateway.Register.OnClaim = _ => claim.Task;
        (await gateway.ConnectAsync()).Verify("first");
        await Eventually.HoldsAsync(() => gateway.Register.Claims.Count == 1, "the first call is under way");
        return claim;
    }

    private static async Task<List<TestClient>> ConnectAsync(RunningGateway gateway, int clients)
    {
        var connected = new List<TestClient>(clients);
        for (var i = 0; i < clients; i++)
        {
            connected.Add(await gateway.ConnectAsync());
        }

        return connected;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference[] WeakAttempts(RunningGateway gateway, int clients) =>
        [.. Enumerable.Range(1, clients + 1).Select(number => gateway.Sessions.FindLogin((ulong)number)).OfType<LoginAttempt>().Select(static login => new WeakReference(login))];
}
