namespace Microservices.Fault.Tests.Registers;

/// <summary>One of two registers dies while users log in.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class OneOfTwoKilledTests(FaultCluster fixture)
{
    [FaultTheory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Killed_UnderLoad_LoginsGoOnAndNoRoomDies(int victim)
    {
        await using var world = await FaultWorld.StartAsync(fixture, FaultSizes.Users);
        var gateways = world.Cluster.Gateways;
        Member[] settled = [.. world.Members.Take(world.Members.Count / 3)];
        Member[] arriving = [.. world.Members.Skip(settled.Length)];
        await Crowd.LoginAsync(settled, Crowd.Across(gateways));
        await world.WaitUntilPresenceIsRightAsync();
        var before = await RoomsAsync(world);
        await using var observer = new PresenceObserver(world, static _ => true);
        var logins = Task.Run(async () =>
        {
            // A few at a time, so that the kill falls among them.
            foreach (var part in arriving.Chunk(5))
            {
                await Crowd.LoginAsync(part, Crowd.Across(gateways));
            }
        });
        await Eventually.HoldsAsync(() => arriving.Count(static member => member.IsConnected) > arriving.Length / 4, "a quarter has arrived", world.State);

        await world.Cluster.Registers[victim].KillAsync();

        await logins;
        await world.WaitUntilPresenceIsRightAsync();
        await world.WaitUntilServedAsync(world.Members);
        Assert.Equal(before, await RoomsAsync(world));
        Assert.All(world.Members, member => Assert.True(member.IsConnected && member.Former.Count == 0, $"{member}\n{world.State()}"));
        Assert.DoesNotContain(world.Raw.Events, happened => happened.App == world.App && happened.Kind == Contracts.Bus.PresenceEvent.Types.Kind.Offline);
        await observer.AssertNoFaultAsync();
    }

    private static async Task<ulong[]> RoomsAsync(FaultWorld world) =>
        [.. (await world.Cluster.Center().ListRoomsAsync(new Contracts.Center.ListRoomsRequest())).Rooms.Select(static room => room.Incarnation).Order()];
}
