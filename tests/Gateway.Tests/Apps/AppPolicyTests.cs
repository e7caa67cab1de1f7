using Microservices.Contracts.Register;
using Microservices.Gateway.Apps;

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

    [Fact]
    public void Apply_OfAnOlderRevision_ChangesNothing()
    {
        var apps = new AppDirectory();
        apps.Apply([new App { Name = "x", Revision = 2, Chat = new ChatPolicy { Users = true } }]);

        apps.Apply([new App { Name = "x", Revision = 1 }]);

        Assert.True(apps.Get("x").Policy.MayChat);
    }
}
