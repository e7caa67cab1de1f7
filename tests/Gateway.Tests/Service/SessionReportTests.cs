using Microservices.Contracts.Register;
using Microservices.Gateway.Tests.Running;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>What register is told of the state of sessions, and what happens when it can't be told.</summary>
public sealed class SessionReportTests
{
    private static readonly LivenessPolicy Patient = new() { Preset = LivenessPreset.Patient };

    private readonly ManualTime _time = new();

    [Fact]
    public async Task RegisterAway_LatestStateIsToldWhenItIsBack()
    {
        await using var gateway = await StartAsync();
        await gateway.LogInAsync("back");
        await gateway.LogInAsync("gone");
        await gateway.LogInAsync("away");
        await gateway.Register.StopAsync();

        // A policy under which silence is nothing yet makes the one that beats alive again.
        GoAway();
        Assert.All(gateway.Sessions.All, session => Assert.Equal(SessionState.Away, session.State));
        gateway.SessionOf("gone").Connection.Close(Protocol.Code.Goodbye);
        gateway.SessionOf("back").Connection.Heard();
        gateway.Apps.Apply([new App { Name = "default", Revision = 100 }]);
        _time.Advance(TimeSpan.FromMilliseconds(300));
        gateway.Apps.Apply([new App { Name = "default", Revision = 101, Liveness = Patient }]);
        await gateway.Register.StartAsync();
        await gateway.UntilReadyAsync();

        await Eventually.HoldsAsync(() => gateway.Register.Reports.Any(report => report.User == "back"), "register is told");
        Assert.Equal(SessionState.Alive, gateway.Register.Reports.Last(report => report.User == "back").State);
        Assert.DoesNotContain(gateway.Register.Reports, report => report.User == "gone" || report is { User: "back", State: SessionState.Away });
    }

    [Fact]
    public async Task OldRegister_IsToldNothing_UntilItIsNew()
    {
        await using var gateway = await StartAsync();
        await gateway.LogInAsync("ann");
        await gateway.LogInAsync("bob");
        gateway.Register.IsOld = true;
        GoAway();
        await Eventually.HoldsAsync(() => gateway.Metrics.LostReports == 2, "both are lost", () => $"{gateway.Metrics.LostReports}");

        gateway.Register.IsOld = false;
        gateway.SessionOf("bob").Connection.Heard();
        gateway.Register.PutApp(new App { Name = "default", Liveness = new LivenessPolicy { SilenceLimitMs = 3_600_000 } });
        await Eventually.HoldsAsync(() => gateway.Apps.Find("default")!.Policy.SilenceLimitMs == 3_600_000, "the change is known");
        _time.Advance(TimeSpan.FromMilliseconds(300));

        await Eventually.HoldsAsync(() => gateway.Register.Reports.Any(report => report is { User: "bob", State: SessionState.Alive }), "the next change is told");
    }

    [Fact]
    public async Task LeaseDead_StateIsToldWithTheClaim()
    {
        await using var gateway = await StartAsync();
        await gateway.LogInAsync("ann");
        GoAway();
        await Eventually.HoldsAsync(() => gateway.Register.Reports.Count == 1, "register is told");

        gateway.Register.KillLease();

        await Eventually.HoldsAsync(() => gateway.Register.Claims.LastOrDefault() is { Claims: [{ User: "ann", HasHeldEpoch: true }] }, "it is claimed again");
        Assert.Equal(SessionState.Away, gateway.Register.Claims.Last().Claims.Single().State);
    }

    [Fact]
    public async Task StateThatChangesWhileItIsClaimedAgain_IsToldAfterTheClaim()
    {
        await using var gateway = await StartAsync();
        await gateway.LogInAsync("ann");
        gateway.Register.OnClaim = async request =>
        {
            Assert.Equal(SessionState.Alive, request.Claims.Single().State);
            gateway.Register.OnClaim = null;
            GoAway();
            await Eventually.HoldsAsync(() => gateway.Register.Reports.Count == 1, "the report is faster");
        };

        gateway.Register.KillLease();

        await Eventually.HoldsAsync(() => gateway.Register.Reports.Count == 2, "it is told again");
        Assert.All(gateway.Register.Reports, report => Assert.Equal(SessionState.Away, report.State));
        Assert.Equal(1, gateway.Metrics.StateChanges(isAway: true));
    }

    [Fact]
    public async Task ManySessions_AreToldInBatches()
    {
        await using var gateway = await StartAsync(("Sessions:MaxBatch", "3"));
        for (var i = 0; i < 10; i++)
        {
            await gateway.LogInAsync($"user-{i}");
        }

        GoAway();

        await Eventually.HoldsAsync(() => gateway.Register.Reports.Count == 10, "all are told", () => $"{gateway.Register.Reports.Count}");
        Assert.Equal(10, gateway.Register.Reports.Select(report => report.User).Distinct().Count());
    }

    [Fact]
    public async Task TooManyThatWait_AreLostAndCounted()
    {
        await using var gateway = await StartAsync(("Sessions:MaxWaitingReports", "2"), ("Sessions:MaxBatch", "1"));
        for (var i = 0; i < 6; i++)
        {
            await gateway.LogInAsync($"user-{i}");
        }

        await gateway.Register.StopAsync();

        GoAway();

        // One may be on its way, two wait.
        Assert.InRange(gateway.Metrics.LostReports, 3, 4);
        await gateway.Register.StartAsync();
    }

    private async Task<RunningGateway> StartAsync(params (string Key, string Value)[] settings)
    {
        var register = new FakeRegister();
        register.PutApp(new App { Name = "default", Liveness = Patient });
        return await RunningGateway.StartAsync(register, _time, true, settings);
    }

    private void GoAway() => _time.Advance(TimeSpan.FromSeconds(7 * 75));
}
