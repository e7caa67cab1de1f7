using Microservices.Contracts.Center;
using Microservices.Protocol;

namespace Microservices.Fault.Tests.Gateways;

/// <summary>A gateway stands still for longer than its lease, and wakes up.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class FrozenGatewayTests(FaultCluster fixture)
{
    private const string Queued = "queued for the frozen gateway";

    [FaultFact]
    public async Task FrozenPastItsLease_StaleSessionsStayDeadAndTheOthersAreServedAgain()
    {
        await using var world = await FaultWorld.StartAsync(fixture, FaultSizes.Users);
        var (frozen, other) = (world.Cluster.Gateways[0], world.Cluster.Gateways[1]);
        await world.Crowd.LoginAsync(frozen.Port);
        await world.WaitUntilPresenceIsRightAsync();
        var groups = world.Members.Index().GroupBy(static one => one.Index % 3, static one => one.Item).Select(static group => group.ToArray()).ToArray();
        var (early, late, loyal) = (groups[0], groups[1], groups[2]);
        try
        {
            frozen.Send(Signal.Stop);

            // The lease still lives: it is sent to the room, which doesn't read it.
            Assert.All(await world.PushAsync(world.Members, Queued), static outcome => Assert.Equal(UserOutcome.Types.Outcome.Sent, outcome.Outcome));
            await Crowd.LoginAsync(early, _ => other.Port);
            await WaitUntilOfflineAsync(world, [.. late, .. loyal]);
            await Crowd.LoginAsync(late, _ => other.Port);
        }
        finally
        {
            frozen.Send(Signal.Continue);
        }

        await using var observer = new PresenceObserver(world, member => !loyal.Contains(member), frozen);
        await world.WaitUntilServedAsync(loyal);
        await world.WaitUntilPresenceIsRightAsync();
        foreach (var member in early.Concat(late))
        {
            var stale = member.Former[0];
            await stale.End.WaitAsync(TimeSpan.FromSeconds(60));
            Assert.True((await stale.End).Code is Code.Displaced or Code.SessionLost, $"{member}: {await stale.End}\n{world.State()}");
            Assert.DoesNotContain(stale.Pushes, static push => push.Text == Queued);
            Assert.True(member.IsConnected, $"{member}\n{world.State()}");
        }

        Assert.All(loyal, member => Assert.Empty(member.Former));
        await world.WaitUntilServedAsync(world.Members);
        await observer.AssertNoFaultAsync();
    }

    private static Task WaitUntilOfflineAsync(FaultWorld world, Member[] members) =>
        Eventually.HoldsAsync(
            async () => await PresenceReading.TryOfUsersAsync(world.Cluster.Center(), world.App, members.Select(static member => member.User.Name))
                is { Complete: true } reading && reading.Sessions.Values.All(static sessions => sessions.Count == 0),
            "users of the frozen gateway are offline",
            world.State,
            FaultSizes.Lease + TimeSpan.FromMinutes(1));
}
