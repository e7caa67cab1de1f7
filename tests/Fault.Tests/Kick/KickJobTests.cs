using Grpc.Core;
using Microservices.Contracts.Center;
using Microservices.Protocol;

namespace Microservices.Fault.Tests.Kick;

/// <summary>A kick of a whole app, whose center dies over it.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class KickJobTests(FaultCluster fixture)
{
    [FaultFact]
    public async Task CenterKilledInTheMiddle_AnotherFinishesTheJob()
    {
        await using var world = await FaultWorld.StartAsync(fixture, FaultSizes.Kicked);
        var centers = world.Cluster.Centers;
        await Crowd.LoginAsync(world.Members, Crowd.Across(world.Cluster.Gateways));
        await world.WaitUntilPresenceIsRightAsync();

        var job = await world.Cluster.Center(0).StartKickAsync(
            new StartKickRequest { App = world.App, Everybody = new Everybody(), Reason = "closed for today", Key = "closing-time" });
        var again = await world.Cluster.Center(1).StartKickAsync(
            new StartKickRequest { App = world.App, Everybody = new Everybody(), Reason = "closed for today", Key = "closing-time" });
        await centers[0].KillAsync();
        Assert.Equal(job.Id, again.Id);

        var ended = job;
        await Eventually.HoldsAsync(
            async () => (ended = await TryGetAsync(world, job.Id) ?? ended).State is KickJob.Types.State.Done or KickJob.Types.State.Failed,
            "the job ends",
            () => $"{ended}\n{world.State()}",
            TimeSpan.FromSeconds(120));
        FaultWorld.Report($"{ended}");
        Assert.True(ended.State == KickJob.Types.State.Done && ended.Found == ended.Ended + ended.Gone && ended.Ended <= (ulong)world.Members.Count, $"{ended}\n{world.State()}");
        await Crowd.WaitUntilClosedAsync(world.Members, world.State);
        foreach (var member in world.Members)
        {
            Assert.Equal(Code.Kicked, (await member.Connection!.End).Code);
        }

        await centers[0].StartAsync();
        await centers[0].WaitUntilReadyAsync();
        await world.WaitUntilPresenceIsRightAsync();
        Assert.Equal(KickJob.Types.State.Done, (await world.Cluster.Center(0).GetKickAsync(new GetKickRequest { Id = job.Id })).State);
    }

    private static async Task<KickJob?> TryGetAsync(FaultWorld world, string id)
    {
        try
        {
            return await world.Cluster.Center(1).GetKickAsync(new GetKickRequest { Id = id });
        }
        catch (RpcException fault) when (fault.StatusCode is StatusCode.Unavailable)
        {
            return null;
        }
    }
}
