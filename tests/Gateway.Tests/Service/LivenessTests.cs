using Microservices.Contracts.Register;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

public class LivenessTests
{
    [Fact]
    public async Task Session_ThatNeverBeats_IsCutAtTheSilenceLimit_OneThatBeatsIsNot()
    {
        await using var gateway = await RunningGateway.StartAsync();
        await LimitSilenceAsync(gateway, 1_000);
        var silent = await gateway.LogInAsync("silent", 1100);
        var lively = await gateway.LogInAsync("lively");
        using var stop = new CancellationTokenSource();
        var beating = BeatAsync(lively, stop.Token);

        await silent.ReadErrorAsync(Code.HeartbeatTimeout);
        await silent.ReadEndAsync();

        await Eventually.HoldsAsync(() => gateway.Register.Ends.Any(end => end.User == "silent"), "register is told");
        await stop.CancelAsync();
        await beating;
        Assert.Equal(["lively"], gateway.Sessions.All.Select(session => session.User));
        Assert.Equal(1, gateway.Metrics.Closes(Code.HeartbeatTimeout));
    }

    [Fact]
    public async Task Session_WhoseLimitBecomesShorter_IsCutByTheNewOne()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann");

        await LimitSilenceAsync(gateway, 1_000);

        await client.ReadErrorAsync(Code.HeartbeatTimeout);
    }

    [Fact]
    public async Task Heartbeat_IsAnsweredOnlyToThoseWhoAsked()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var asked = await gateway.LogInAsync("asked", features: Features.HeartbeatAck);
        var chat = await gateway.LogInAsync("138", 1100);

        asked.Send(Command.Heartbeat);
        asked.Send(Command.Heartbeat, new Heartbeat { Network = "wifi" });
        chat.SendText(Command.Heartbeat, "{}");
        chat.Send(Command.Heartbeat);

        Assert.True((await asked.ReadAsync<HeartbeatAck>(Command.HeartbeatAck)).ServerTimeMs > 0);
        Assert.True((await asked.ReadAsync<HeartbeatAck>(Command.HeartbeatAck)).ServerTimeMs > 0);
        Assert.Empty(await chat.ReadUntilAnsweredAsync());
    }

    [Fact]
    public async Task Goodbye_ClosesWithoutAWordAndEndsTheSession()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann");

        client.Send(Command.Goodbye, new Goodbye { Reason = "bored" });

        await client.ReadEndAsync();
        await Eventually.HoldsAsync(() => gateway.Register.Ends.Any(end => end.User == "ann"), "register is told");
        Assert.Equal(1, gateway.Metrics.Closes(Code.Goodbye));
    }

    [Fact]
    public async Task Link_ThatEnds_EndsTheSession()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var reset = await gateway.LogInAsync("reset");
        var finished = await gateway.LogInAsync("finished");
        var device = gateway.SessionOf("reset");

        reset.Dispose();
        finished.Finish();

        await finished.ReadEndAsync();
        await Eventually.HoldsAsync(() => gateway.Register.Ends.Count == 2, "register is told of both");
        Assert.Contains(gateway.Register.Ends, end => end.User == "reset" && end.Epoch == device.Epoch);
        Assert.Equal(0, gateway.Sessions.Count);
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 0, "nothing is left");
    }

    private static async Task LimitSilenceAsync(RunningGateway gateway, uint limitMs)
    {
        gateway.Register.PutApp(new App { Name = "default", Liveness = new LivenessPolicy { SilenceLimitMs = limitMs } });
        await Eventually.HoldsAsync(() => gateway.Apps.Find("default")!.Policy.SilenceLimitMs == limitMs, "the limit is known");
    }

    private static async Task BeatAsync(TestClient client, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            client.Send(Command.Heartbeat);
            await Task.Delay(100, CancellationToken.None);
        }
    }
}
