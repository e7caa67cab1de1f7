using Microservices.Protocol;

namespace Microservices.Fault.Tests.Gateways;

/// <summary>Every gateway is replaced, one after the other.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class RollingRestartTests(FaultCluster fixture)
{
    [FaultFact]
    public async Task AllGateways_RestartedOneByOne_EverybodyIsOnlineOnceAfterwards()
    {
        await using var world = await FaultWorld.StartAsync(fixture, FaultSizes.Users);
        var gateways = world.Cluster.Gateways;
        await Crowd.LoginAsync(world.Members, Crowd.Across(gateways));
        await world.WaitUntilPresenceIsRightAsync();
        await using var observer = new PresenceObserver(world, static _ => true);

        foreach (var leaving in gateways)
        {
            var moving = world.Members.Where(member => member.Connection!.Port == leaving.Port)
                .Select(member => MoveAsync(member, [.. gateways.Where(gateway => gateway != leaving)])).ToArray();
            var code = await leaving.TerminateAsync();
            Assert.True(code == 0, $"{leaving.Name} ended with {code}\n{leaving.Output}");
            await Task.WhenAll(moving);
            await leaving.StartAsync();
            await leaving.WaitUntilReadyAsync();
        }

        await world.WaitUntilPresenceIsRightAsync();
        await world.WaitUntilServedAsync(world.Members);
        await observer.AssertNoFaultAsync();
    }

    // As the SDK does: when it is told to go, or the link ends, after the pause that the server spread the crowd over.
    private static async Task MoveAsync(Member member, ServiceInstance[] others)
    {
        var end = await member.Connection!.End;
        Assert.True(end.Code == Code.GoingAway, $"{member}: {end}");
        await Task.Delay(Random.Shared.Next(0, (int)end.AfterMs + 1));
        var ticket = member.Connection.Session!.Resume;
        await member.LoginAsync(others[Random.Shared.Next(others.Length)].Port, TimeSpan.FromSeconds(60), ticket);
        Assert.True(ticket.Length > 0 && member.Connection.Session!.Resumed, $"{member} had the ticket '{ticket}', which was not taken.");
    }
}
