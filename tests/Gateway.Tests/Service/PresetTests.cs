using Google.Protobuf;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>The presets over real connections; the time of the wheel is the test's.</summary>
public sealed class PresetTests
{
    private static readonly LivenessPolicy Strict = new() { Preset = LivenessPreset.Strict };
    private static readonly LivenessPolicy Patient = new() { Preset = LivenessPreset.Patient };
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(75);
    private static readonly TimeSpan HalfAnHour = TimeSpan.FromMinutes(30);

    private readonly ManualTime _time = new();

    [Fact]
    public async Task Strict_SilentForFourSeconds_IsCut_WhoeverBeatsLives()
    {
        await using var gateway = await StartAsync(Strict);
        var silent = await gateway.LogInAsync("silent");
        var lively = await gateway.LogInAsync("lively", features: Features.HeartbeatAck);
        Pass(TimeSpan.FromSeconds(2));
        await BeatAsync(lively);
        Pass(TimeSpan.FromSeconds(1.9));
        Assert.Equal(2, gateway.Sessions.Count);
        Pass(TimeSpan.FromSeconds(0.3));

        Assert.Contains("4000 ms", (await silent.ReadErrorAsync(Code.HeartbeatTimeout)).Message, StringComparison.Ordinal);
        await silent.ReadEndAsync();
        Assert.Equal(["lively"], gateway.Sessions.All.Select(session => session.User));
        for (var beat = 0; beat < 5; beat++)
        {
            await BeatAsync(lively);
            Pass(TimeSpan.FromSeconds(2));
        }

        await Eventually.HoldsAsync(() => gateway.Register.Ends.Count == 1, "register is told");
        var end = gateway.Register.Ends.Single();
        Assert.Equal(("silent", (uint)Code.HeartbeatTimeout), (end.User, end.Code));
        Assert.InRange(end.SilentMs, 4_000u, 4_200u);
        Assert.Empty(gateway.Register.Reports);
    }

    [Fact]
    public async Task Strict_IsToldInTheAnswerToVerify()
    {
        await using var gateway = await StartAsync(Strict);
        var client = await gateway.ConnectAsync();

        client.Verify("ann");

        var result = await client.ReadAsync<VerifyResult>(Command.VerifyResult);
        Assert.Equal((2_000u, 4_000u), (result.HeartbeatMs, result.Limits!.SilenceLimitMs));
    }

    [Fact]
    public async Task Strict_ClientThatOnlyReceives_IsCutAllTheSame()
    {
        await using var gateway = await StartAsync(Strict);
        var client = await gateway.LogInAsync("ann");
        var key = gateway.KeyOf("ann");

        for (var second = 1; second < 4; second++)
        {
            Pass(TimeSpan.FromSeconds(1));
            await gateway.PushAsync(new Push { Payload = ByteString.CopyFromUtf8($"{second}") }, Audience.One, key);
            await client.ReadAsync<PushDelivery>(Command.Push);
        }

        Pass(TimeSpan.FromSeconds(1.2));

        await client.ReadErrorAsync(Code.HeartbeatTimeout);
    }

    [Fact]
    public async Task Strict_AnyFrameCountsAsABeat_PartOfOneDoesNot()
    {
        await using var gateway = await StartAsync(Strict);
        var whole = await gateway.LogInAsync("whole");
        var part = await gateway.LogInAsync("part");
        Pass(TimeSpan.FromSeconds(3));

        await whole.ReadUntilAnsweredAsync();
        part.Send(TestClient.Header(100, 2, (uint)Command.SingleChat));
        Pass(TimeSpan.FromSeconds(1.2));

        await part.ReadErrorAsync(Code.HeartbeatTimeout);
        Assert.Equal(["whole"], gateway.Sessions.All.Select(session => session.User));
    }

    [Fact]
    public async Task Patient_SilentSession_IsAwayThenClosed_AndRegisterHearsOfBoth()
    {
        await using var gateway = await StartAsync(Patient);
        var client = await gateway.LogInAsync("ann");
        var session = gateway.SessionOf("ann");

        Pass((6 * Period) - TimeSpan.FromSeconds(1));
        Assert.Equal(SessionState.Alive, session.State);
        Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(SessionState.Away, session.State);
        await Eventually.HoldsAsync(() => gateway.Register.Reports.Count == 1, "register is told that it is away");
        await gateway.PushAsync(new Push { Payload = ByteString.CopyFromUtf8("still") }, Audience.One, gateway.KeyOf("ann"));
        Assert.Equal("still"u8.ToArray(), (await client.ReadAsync<PushDelivery>(Command.Push)).Payload.ToArray());
        Pass(HalfAnHour - TimeSpan.FromSeconds(2));
        Assert.Equal(1, gateway.Sessions.Count);
        Pass(TimeSpan.FromSeconds(2));

        Assert.Contains("1800000 ms", (await client.ReadErrorAsync(Code.HeartbeatTimeout)).Message, StringComparison.Ordinal);
        await client.ReadEndAsync();
        await Eventually.HoldsAsync(() => gateway.Register.Ends.Count == 1, "register is told of the end");
        var (report, end) = (gateway.Register.Reports.Single(), gateway.Register.Ends.Single());
        Assert.Equal(("default", "ann", session.Epoch, SessionState.Away), (report.App, report.User, report.Epoch, report.State));
        Assert.InRange(report.SilentMs, 450_000u, 452_000u);
        Assert.Equal((uint)Code.HeartbeatTimeout, end.Code);
        Assert.InRange(end.SilentMs, 2_250_000u, 2_252_000u);
    }

    [Fact]
    public async Task Patient_AwaySessionThatBeats_IsAliveAgain()
    {
        await using var gateway = await StartAsync(Patient);
        var client = await gateway.LogInAsync("ann", features: Features.HeartbeatAck);
        var session = gateway.SessionOf("ann");
        Pass(7 * Period);
        Assert.Equal(SessionState.Away, session.State);
        await Eventually.HoldsAsync(() => gateway.Register.Reports.Count == 1, "register is told that it is away");

        // One beat is not steady.
        await BeatAsync(client);
        Pass(Period);
        Assert.Equal(SessionState.Away, session.State);
        for (var beat = 0; beat < 5; beat++)
        {
            await BeatAsync(client);
            Pass(TimeSpan.FromSeconds(60));
        }

        Assert.Equal(SessionState.Alive, session.State);
        await Eventually.HoldsAsync(() => gateway.Register.Reports.Count == 2, "register is told that it is alive");
        Assert.Equal([SessionState.Away, SessionState.Alive], gateway.Register.Reports.Select(report => report.State));
        Assert.Equal((1, 1), (gateway.Metrics.StateChanges(isAway: true), gateway.Metrics.StateChanges(isAway: false)));
        Assert.Empty(gateway.Register.Ends);
    }

    [Fact]
    public async Task Patient_ProposedInterval_IsThePeriod()
    {
        await using var gateway = await StartAsync(Patient);
        var slow = await gateway.LogInAsync("slow", features: Features.HeartbeatAck);
        var usual = await gateway.LogInAsync("usual");
        slow.Send(Command.Heartbeat, new Heartbeat { HeartbeatMs = 300_000 });
        Assert.Equal(300_000u, (await slow.ReadAsync<HeartbeatAck>(Command.HeartbeatAck)).HeartbeatMs);

        Pass(7 * Period);

        Assert.Equal((SessionState.Away, SessionState.Alive), (gateway.SessionOf("usual").State, gateway.SessionOf("slow").State));
        Pass(TimeSpan.FromSeconds(6 * 375));
        Assert.Equal(SessionState.Away, gateway.SessionOf("slow").State);
        usual.Dispose();
    }

    [Fact]
    public async Task PolicyChange_ReachesRunningSessions_BothWays()
    {
        await using var gateway = await StartAsync(Patient);
        var client = await gateway.LogInAsync("silent");
        var recovering = await gateway.LogInAsync("recovering", features: Features.HeartbeatAck);
        Pass(7 * Period);
        await BeatAsync(recovering);
        Assert.All(gateway.Sessions.All, session => Assert.Equal(SessionState.Away, session.State));

        await PutAsync(gateway, Strict);
        Pass(TimeSpan.FromSeconds(0.3));

        await client.ReadErrorAsync(Code.HeartbeatTimeout);
        Assert.Equal(SessionState.Alive, gateway.SessionOf("recovering").State);
        await Eventually.HoldsAsync(() => gateway.Register.Reports.LastOrDefault() is { User: "recovering", State: SessionState.Alive }, "it is alive again");
        await PutAsync(gateway, Patient);
        Pass(5 * Period);
        Assert.Equal(SessionState.Alive, gateway.SessionOf("recovering").State);
        Pass(2 * Period);
        Assert.Equal(SessionState.Away, gateway.SessionOf("recovering").State);
    }

    [Fact]
    public async Task ProcessThatStoodStill_CutsNobodyForIt()
    {
        await using var gateway = await StartAsync(Strict);
        var client = await gateway.LogInAsync("ann", features: Features.HeartbeatAck);
        Pass(TimeSpan.FromSeconds(2));
        using var stall = new Stall();
        gateway.Get<TimingWheel>().Schedule(stall, 0);
        var turning = Task.Run(() => Pass(TimeSpan.FromMilliseconds(200)));
        await stall.Began;

        // The wheel's thread stands still while an hour passes and the client beats.
        Pass(TimeSpan.FromHours(1));
        stall.Dispose();
        await turning;
        Pass(TimeSpan.FromSeconds(1.5));
        await BeatAsync(client);
        Pass(TimeSpan.FromSeconds(3.9));

        Assert.Equal(1, gateway.Get<TimingWheel>().Stalls);
        Assert.Equal(1, gateway.Sessions.Count);
        Pass(TimeSpan.FromSeconds(0.3));
        await client.ReadErrorAsync(Code.HeartbeatTimeout);
    }

    private async Task<RunningGateway> StartAsync(LivenessPolicy liveness)
    {
        var register = new FakeRegister();
        register.PutApp(new App { Name = "default", Liveness = liveness });
        return await RunningGateway.StartAsync(register, _time);
    }

    private void Pass(TimeSpan time) => _time.Advance(time);

    private static async Task PutAsync(RunningGateway gateway, LivenessPolicy liveness)
    {
        var known = gateway.Apps.Find("default")!.Policy;
        gateway.Register.PutApp(new App { Name = "default", Liveness = liveness });
        await Eventually.HoldsAsync(() => gateway.Apps.Find("default")!.Policy != known, "the change is known");
    }

    private static async Task BeatAsync(TestClient client)
    {
        client.Send(Command.Heartbeat);
        await client.ReadAsync<HeartbeatAck>(Command.HeartbeatAck);
    }

    /// <summary>Holds the thread of the wheel.</summary>
    private sealed class Stall : WheelEntry, IDisposable
    {
        private readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _over = new();

        public Task Began => _began.Task;

        public void Dispose() => _over.TrySetResult();

        protected internal override void OnDue()
        {
            _began.TrySetResult();
            _over.Task.Wait();
        }
    }
}
