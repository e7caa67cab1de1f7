using Microservices.Client.Tests.Server;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Client.Tests;

public sealed class HeartbeatTests
{
    // Far longer than what passes while a frame travels on a busy machine.
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(20_000);

    private readonly ManualTime _time = new();

    [Fact]
    public async Task LinkGoesSilent_ReconnectsAfterTheAnswerTimeout()
    {
        using var gateway = new FakeGateway();
        await using var client = Create(gateway);
        client.Client.Start();
        using var connection = await gateway.AcceptVerifiedAsync(heartbeatMs: 20_000);
        for (var beat = 0; beat < 3; beat++)
        {
            await PassUntilAsync(connection.ReadAsync<Goodbye>(Command.Heartbeat));
            await connection.SendAsync(Command.HeartbeatAck, new HeartbeatAck());
            await connection.SendAsync(Command.SingleChatDelivery, new ChatDelivery { ChatFrom = "bob", ChatContent = "seen" });
            await client.Until(() => client.Chats.Count == beat + 1, "the answer");
        }

        var answered = _time.GetTimestamp();
        Assert.Equal(ClientPhase.Verified, client.Client.State.Phase);
        await PassUntilAsync(client.Until(() => client.States.Any(state => state.Phase == ClientPhase.Waiting), "the loss"), 1000);

        var lost = client.States.First(state => state.Phase == ClientPhase.Waiting);
        Assert.Equal((Code.HeartbeatTimeout, TimeSpan.FromSeconds(1)), (lost.Code, lost.RetryIn));
        Assert.True(_time.GetElapsedTime(answered) >= AnswerTimeout);
        var accepting = gateway.AcceptVerifiedAsync();
        await PassUntilAsync(accepting);
        (await accepting).Dispose();
    }

    [Fact]
    public async Task ServerDoesNotAck_SilenceIsNoFault()
    {
        using var gateway = new FakeGateway();
        await using var client = Create(gateway);
        client.Client.Start();
        using var connection = await gateway.AcceptAsync();
        await connection.ReadVerifyAsync();
        await connection.SendAsync(Command.VerifyResult, new VerifyResult { Code = 1 });

        for (var beat = 0; beat < 10; beat++)
        {
            await PassUntilAsync(connection.ReadAsync<Goodbye>(Command.Heartbeat));
        }

        Assert.True(_time.GetElapsedTime(0) > TimeSpan.FromSeconds(90));
        Assert.Equal(ClientPhase.Verified, client.Client.State.Phase);
    }

    [Fact]
    public async Task NoAnswerToVerify_IsAFailedTry()
    {
        using var gateway = new FakeGateway();
        await using var client = new Watched(Options(gateway, TimeSpan.FromSeconds(10)));
        client.Client.Start();
        using var connection = await gateway.AcceptAsync();
        await connection.ReadVerifyAsync();

        await PassUntilAsync(client.Until(() => client.States.Any(state => state.Phase == ClientPhase.Waiting), "the loss"));

        Assert.Equal("No answer to verify within 00:00:10.", client.States.First(state => state.Phase == ClientPhase.Waiting).Message);
    }

    [Fact]
    public async Task Ack_NamesAnotherInterval_IsThePaceFromThenOn()
    {
        using var gateway = new FakeGateway();
        await using var client = Create(gateway);
        client.Client.Start();
        using var connection = await gateway.AcceptVerifiedAsync(heartbeatMs: 20_000);
        await PassUntilAsync(connection.ReadAsync<Heartbeat>(Command.Heartbeat));

        await connection.SendAsync(Command.HeartbeatAck, new HeartbeatAck { HeartbeatMs = 5_000_000 });

        await client.Until(() => client.Client.HeartbeatInterval == TimeSpan.FromSeconds(5_000), "the interval");
        var changed = _time.GetTimestamp();
        await PassUntilAsync(connection.ReadAsync<Heartbeat>(Command.Heartbeat), 100);
        Assert.True(_time.GetElapsedTime(changed) >= TimeSpan.FromSeconds(4_900));
    }

    [Fact]
    public async Task ProposeHeartbeat_Connected_IsSentAtOnceAndTheAnswerHolds()
    {
        using var gateway = new FakeGateway();
        await using var client = Create(gateway);
        client.Client.Start();
        var connection = await gateway.AcceptVerifiedAsync(heartbeatMs: 60_000_000);
        await client.Until(ClientPhase.Verified);

        client.Client.ProposeHeartbeat(TimeSpan.FromMinutes(8));

        // No time passes: the next beat would be far away.
        Assert.Equal(480_000u, (await connection.ReadAsync<Heartbeat>(Command.Heartbeat)).HeartbeatMs);
        await connection.SendAsync(Command.HeartbeatAck, new HeartbeatAck { HeartbeatMs = 300_000 });
        await client.Until(() => client.Client.HeartbeatInterval == TimeSpan.FromMinutes(5), "the interval");
        await PassUntilAsync(Task.Run(async () => Assert.Equal(0u, (await connection.ReadAsync<Heartbeat>(Command.Heartbeat)).HeartbeatMs)), 10);

        // The next login proposes it too.
        connection.Dispose();
        var accepting = gateway.AcceptAsync();
        await PassUntilAsync(accepting);
        using var second = await accepting;
        Assert.Equal(480_000u, (await second.ReadVerifyAsync()).HeartbeatMs);
    }

    [Fact]
    public async Task ProposeHeartbeat_NotConnected_IsForTheNextLogin()
    {
        using var gateway = new FakeGateway();
        await using var client = Create(gateway);
        client.Client.ProposeHeartbeat(TimeSpan.FromMinutes(2));
        Assert.Equal(TimeSpan.Zero, client.Client.HeartbeatInterval);
        client.Client.Start();

        using var connection = await gateway.AcceptAsync();

        Assert.Equal(120_000u, (await connection.ReadVerifyAsync()).HeartbeatMs);
        Assert.Throws<ArgumentException>(() => client.Client.ProposeHeartbeat(TimeSpan.Zero));
        Assert.Throws<ArgumentException>(() => client.Client.ProposeHeartbeat(TimeSpan.FromDays(2)));
    }

    private Watched Create(FakeGateway gateway) => new(Options(gateway, TimeSpan.FromDays(1)));

    private PushClientOptions Options(FakeGateway gateway, TimeSpan connectTimeout) => new()
    {
        User = "ann",
        Token = "t1",
        Endpoints = [gateway.Endpoint],
        TimeProvider = _time,
        ConnectTimeout = connectTimeout,
        Heartbeat = new HeartbeatOptions { AnswerTimeout = AnswerTimeout },
        Reconnect = new ReconnectOptions { Jitter = 0 },
    };

    /// <summary>Lets time pass, in steps, until the task ends.</summary>
    private Task PassUntilAsync(Task task, int stepSeconds = 1) => _time.AdvanceUntilAsync(task, TimeSpan.FromSeconds(stepSeconds));
}
