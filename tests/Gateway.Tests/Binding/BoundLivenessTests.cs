using Microservices.Contracts.Register;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Binding;

/// <summary>One client, one silence: the rules of the verify's app hold for all sessions of a connection.</summary>
public sealed class BoundLivenessTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Silence_MakesAllSessionsAway_AndBeatsMakeAllAlive()
    {
        await using var gateway = await StartAsync(LivenessPreset.Patient, LivenessPreset.Strict);
        var client = await LogInAsync(gateway);

        GoAway();

        await Eventually.HoldsAsync(() => gateway.Register.Reports.Count == 2, "both are told");
        Assert.Equal([("default", SessionState.Away), ("shop", SessionState.Away)], gateway.Register.Reports.Select(report => (report.App, report.State)).Order());
        for (var i = 0; i < 10; i++)
        {
            client.Send(Command.Heartbeat);
            await client.ReadUntilAnsweredAsync();
            _time.Advance(TimeSpan.FromSeconds(75));
        }

        await Eventually.HoldsAsync(() => gateway.Register.Reports.Count == 4, "both are told once more", () => $"{gateway.Register.Reports.Count}");
        Assert.All(gateway.Register.Reports.Skip(2), report => Assert.Equal(SessionState.Alive, report.State));
        Assert.All(gateway.Sessions.All, session => Assert.False(session.IsAway));
    }

    [Fact]
    public async Task Bind_WhileTheClientIsAway_IsAwayToo()
    {
        await using var gateway = await StartAsync(LivenessPreset.Patient, LivenessPreset.Plain);
        var client = await gateway.LogInAsync("ann");
        GoAway();
        await Eventually.HoldsAsync(() => gateway.Register.Reports.Count == 1, "the first one is told");

        await client.BindAsync("shop");

        await Eventually.HoldsAsync(() => gateway.Register.Reports.Any(report => report is { App: "shop", State: SessionState.Away }), "the bound one is told");
        Assert.True(gateway.SessionOf("ann-shop").IsAway);
    }

    [Fact]
    public async Task Silence_BeyondTheFirstAppsLimit_EndsAll_WhateverTheBoundAppAllows()
    {
        await using var gateway = await StartAsync(LivenessPreset.Strict, LivenessPreset.Patient);
        var client = await LogInAsync(gateway);

        _time.Advance(TimeSpan.FromSeconds(4.5));

        await client.ReadErrorAsync(Code.HeartbeatTimeout);
        await Eventually.HoldsAsync(() => gateway.Register.Ends.Count(end => end.Code == (uint)Code.HeartbeatTimeout) == 2, "both have ended");
        Assert.All(gateway.Register.Ends, end => Assert.InRange(end.SilentMs, 4_000u, 4_600u));
    }

    [Fact]
    public async Task Silence_BeyondTheBoundAppsLimit_IsNothing()
    {
        await using var gateway = await StartAsync(LivenessPreset.Plain, LivenessPreset.Strict);
        var client = await LogInAsync(gateway);

        _time.Advance(TimeSpan.FromSeconds(60));

        Assert.Empty(await client.ReadUntilAnsweredAsync());
        Assert.Equal(2, gateway.Sessions.Count);
    }

    private static async Task<TestClient> LogInAsync(RunningGateway gateway)
    {
        var client = await gateway.LogInAsync("ann");
        await client.BindAsync("shop");

        // The connection reads on when the wheel knows its deadlines.
        await client.ReadUntilAnsweredAsync();
        return client;
    }

    private async Task<RunningGateway> StartAsync(LivenessPreset first, LivenessPreset bound)
    {
        var register = Binders.Register();
        register.PutApp(new App { Name = "default", Liveness = new LivenessPolicy { Preset = first } });
        register.PutApp(new App { Name = "shop", Liveness = new LivenessPolicy { Preset = bound } });
        return await RunningGateway.StartAsync(register, _time);
    }

    private void GoAway() => _time.Advance(TimeSpan.FromSeconds(7 * 75));
}
