using System.Diagnostics;

namespace Microservices.Fault.Tests.Gateways;

/// <summary>kill -9 of a gateway that is full.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class KilledGatewayTests(FaultCluster fixture)
{
    [FaultFact]
    public async Task Killed_UsersReconnectElsewhereAndPresenceFollowsTheLease()
    {
        await using var world = await FaultWorld.StartAsync(fixture, FaultSizes.Sessions);
        var gateways = world.Cluster.Gateways;
        await world.Crowd.LoginAsync(gateways[0].Port);
        await world.WaitUntilPresenceIsRightAsync();
        Member[] quick = [.. world.Members.Where(static (_, i) => i % 2 == 0)];
        Member[] slow = [.. world.Members.Where(static (_, i) => i % 2 == 1)];
        await using var observer = new PresenceObserver(world, static _ => true);

        var killed = Stopwatch.GetTimestamp();
        await gateways[0].KillAsync();
        var moving = Parallel.ForEachAsync(quick, new ParallelOptions { MaxDegreeOfParallelism = 200 }, async (member, _) =>
            await member.LoginAsync(gateways[1].Port, TimeSpan.FromSeconds(60), member.Connection!.Session!.Resume));

        // Those who stay away are offline when the lease has ended, whether the others have arrived or not.
        PresenceReading? said = null;
        await Eventually.HoldsAsync(
            async () => (said = await PresenceReading.TryOfUsersAsync(world.Cluster.Center(), world.App, slow.Select(static member => member.User.Name)))
                is { Complete: true } reading && reading.FirstFault(slow, world.Rooms) is null,
            "users of the killed gateway who stay away are offline",
            () => $"{said?.FirstFault(slow, world.Rooms)}\n{world.State()}",
            FaultSizes.Lease + TimeSpan.FromMinutes(1));
        var offlineAfter = Stopwatch.GetElapsedTime(killed);
        await moving;
        Assert.All(quick, member => Assert.True(member.Connection!.Session!.Resumed, $"{member}: its ticket was not taken.\n{world.State()}"));
        await world.WaitUntilPresenceIsRightAsync();
        FaultWorld.Report($"{slow.Length} users were offline {offlineAfter.TotalSeconds:F1} s after the kill; the lease time is {FaultSizes.Lease.TotalSeconds:F0} s.");

        await Crowd.LoginAsync(slow, _ => gateways[2].Port);
        await world.WaitUntilPresenceIsRightAsync();
        await world.WaitUntilServedAsync(world.Members);
        await observer.AssertNoFaultAsync();
    }
}
