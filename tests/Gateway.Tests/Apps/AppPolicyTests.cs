using Microservices.Contracts.Register;
using Microservices.Gateway.Apps;
using Microservices.Gateway.Liveness;

namespace Microservices.Gateway.Tests.Apps;

public sealed class AppPolicyTests
{
    [Fact]
    public void Of_AnAppWithoutPolicies_IsTheContractsDefaults()
    {
        var policy = AppPolicy.Of(new App { Name = "x" });

        Assert.False(policy.MayChat);
        Assert.False(policy.MayBroadcast);
        Assert.Equal((100, 32_768, 150_000u), (policy.MaxRecipients, policy.MaxContentBytes, policy.SilenceLimitMs));
        Assert.Equal((60_000u, 2_000u, 75_000u), (policy.Heartbeat(0), policy.Heartbeat(1), policy.Heartbeat(1_000_000)));
    }

    [Fact]
    public void Heartbeat_UnderATightSilenceLimit_LeavesRoomForALostBeat()
    {
        var policy = AppPolicy.Of(new App { Liveness = new LivenessPolicy { SilenceLimitMs = 4_000 } });

        Assert.Equal(2_000u, policy.Heartbeat(0));
    }

    [Theory]
    [InlineData(0u, 0u, 0u, 4_000u, 2_000u)]
    [InlineData(10_000u, 0u, 0u, 10_000u, 2_000u)]
    [InlineData(10_000u, 3_000u, 0u, 10_000u, 3_000u)]
    [InlineData(10_000u, 0u, 4_000u, 10_000u, 4_000u)]
    [InlineData(2_000u, 0u, 0u, 2_000u, 1_000u)]
    public void Strict_FillsInWhatTheAppLeavesOpen(uint silence, uint min, uint usual, uint limit, uint heartbeat)
    {
        var policy = AppPolicy.Of(new App
        {
            Liveness = new LivenessPolicy { Preset = LivenessPreset.Strict, SilenceLimitMs = silence, MinHeartbeatMs = min, DefaultHeartbeatMs = usual },
        });

        Assert.Equal(LivenessRules.Tight(limit), policy.Liveness);
        Assert.Equal((heartbeat, limit), (policy.Heartbeat(0), policy.SilenceLimit(heartbeat)));
    }

    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 3, 5, 3, 1_800_000u)]
    [InlineData(0u, 2u, 0u, 0u, 1, 2, 3, 1_800_000u)]
    [InlineData(9u, 0u, 1u, 30_000u, 9, 11, 1, 30_000u)]
    [InlineData(99u, 0u, 0u, 0u, 99, 100, 3, 1_800_000u)]
    [InlineData(1_000u, 1_000u, 1_000u, 1u, 99, 100, 100, 1u)]
    public void Patient_DefaultsGiveWayToWhatIsSaid(uint start, uint threshold, uint strikes, uint awayMs, int startHeld, int thresholdHeld, int strikesHeld, uint awayHeld)
    {
        var policy = AppPolicy.Of(new App
        {
            Liveness = new LivenessPolicy { Preset = LivenessPreset.Patient, CursorStart = start, CursorThreshold = threshold, Strikes = strikes, AwayMs = awayMs },
        });

        Assert.Equal(LivenessRules.Patient((byte)startHeld, (byte)thresholdHeld, (byte)strikesHeld, awayHeld), policy.Liveness);
    }

    [Fact]
    public void Patient_TellsHowLongAClientMayBeSilent_AndTakesLongIntervals()
    {
        var policy = AppPolicy.Of(new App { Liveness = new LivenessPolicy { Preset = LivenessPreset.Patient, SilenceLimitMs = 4_000 } });

        Assert.Equal(480_000u, policy.Heartbeat(uint.MaxValue));
        Assert.Equal(60_000u, policy.Heartbeat(0));
        Assert.Equal((6 * 75_000u) + 1_800_000u, policy.SilenceLimit(60_000));
    }

    [Fact]
    public void ChatRate_IsTheDefaultUnlessTheAppSays()
    {
        Assert.Equal(new ChatRate(100, 1_000), AppPolicy.Of(new App()).ChatRate);
        Assert.Equal(new ChatRate(5, 7), AppPolicy.Of(new App { Chat = new ChatPolicy { MaxPerSecond = 5, Burst = 7 } }).ChatRate);
    }

    [Fact]
    public void Apply_OfAnOlderRevision_ChangesNothing()
    {
        var apps = new AppDirectory();
        apps.Apply([new App { Name = "x", Revision = 2, Chat = new ChatPolicy { Users = true } }]);

        apps.Apply([new App { Name = "x", Revision = 1 }]);

        Assert.True(apps.Get("x").Policy.MayChat);
    }
}
