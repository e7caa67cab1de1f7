using Microservices.Protocol;

namespace Microservices.Fault.Tests.Store;

/// <summary>Redis comes back with what it had some time ago.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class SnapshotTests(FaultCluster fixture)
{
    [FaultFact]
    public async Task RestoredFromAnOlderSnapshot_PresenceIsRightAgain()
    {
        await using var world = await FaultWorld.StartAsync(fixture, FaultSizes.Users);
        var gateways = world.Cluster.Gateways;
        var groups = world.Members.Index().GroupBy(static one => one.Index % 4, static one => one.Item).Select(static group => group.ToArray()).ToArray();
        var (staying, leaving, moving, arriving) = (groups[0], groups[1], groups[2], groups[3]);
        await Crowd.LoginAsync([.. staying, .. leaving, .. moving], _ => gateways[0].Port);
        await world.WaitUntilPresenceIsRightAsync();

        await world.Cluster.Redis.CliAsync("save");
        await Task.WhenAll(leaving.Select(static member => member.Connection!.LeaveAsync()));
        await Crowd.LoginAsync([.. moving, .. arriving], _ => gateways[1].Port);
        await world.WaitUntilPresenceIsRightAsync();
        await using var observer = new PresenceObserver(world, static _ => true);
        await world.Cluster.Redis.RestartAsync();
        world.StoreLostData = true;

        await world.WaitUntilPresenceIsRightAsync();
        Assert.All(staying.Concat(arriving), member => Assert.True(member.IsConnected && member.Former.Count == 0, $"{member}\n{world.State()}"));
        foreach (var member in moving)
        {
            Assert.True(member.IsConnected && member.Former.Count == 1, $"{member}\n{world.State()}");
            Assert.Equal(Code.Displaced, (await member.Former[0].End).Code);
        }

        await world.WaitUntilServedAsync([.. staying, .. moving, .. arriving]);
        await observer.AssertNoFaultAsync();

        // Those who had left can come back, and the ones who moved can move again: what is stored is no newer than they are.
        await Crowd.LoginAsync([.. leaving, .. moving], _ => gateways[2].Port);
        await world.WaitUntilPresenceIsRightAsync();
    }
}
