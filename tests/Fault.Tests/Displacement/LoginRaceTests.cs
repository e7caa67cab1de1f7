using System.Diagnostics;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Center;
using Microservices.Protocol;

namespace Microservices.Fault.Tests.Displacement;

/// <summary>One user logs in on two gateways at the same time, over and over, as fast as it goes.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class LoginRaceTests(FaultCluster fixture)
{
    // Connections that wait for the word that they are displaced.
    private const int Lanes = 4;

    [FaultFact]
    public async Task Race_OnTwoGateways_OneSessionLivesAtEveryObservation()
    {
        await using var world = await FaultWorld.StartAsync(fixture, users: 1);
        var rooms = await RoomsAsync(world);
        await using var watch = new StoreWatch(world.Cluster.Redis.Port, world.App, world.Members[0].User.Name, rooms);

        var connections = await RaceAsync(world);
        await WaitForOneSurvivorAsync(world, connections);

        await watch.AssertNoFaultAsync();
        await world.WaitUntilPresenceIsRightAsync();
        await AssertEventsTellEachSessionAsync(world, connections.Count);
        await world.WaitUntilServedAsync(world.Members);
    }

    [FaultFact]
    public async Task Race_WithTheBusAway_RenewalsCloseTheDisplaced()
    {
        await using var world = await FaultWorld.StartAsync(fixture, users: 1);
        var rooms = await RoomsAsync(world);
        await using var watch = new StoreWatch(world.Cluster.Redis.Port, world.App, world.Members[0].User.Name, rooms);
        IReadOnlyList<ClientConnection> connections;
        world.Cluster.Rabbit.Freeze();
        try
        {
            connections = await RaceAsync(world);
            await WaitForOneSurvivorAsync(world, connections);
        }
        finally
        {
            world.Cluster.Rabbit.Resume();
        }

        await watch.AssertNoFaultAsync();
        await world.Cluster.WaitUntilReadyAsync();
        await world.WaitUntilPresenceIsRightAsync();
        await AssertEventsTellEachSessionAsync(world, connections.Count);
        await world.WaitUntilServedAsync(world.Members);
    }

    private static async Task<IReadOnlyList<ClientConnection>> RaceAsync(FaultWorld world)
    {
        var member = world.Members[0];
        var connections = new List<ClientConnection>();
        var left = FaultSizes.Logins;
        var began = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(async lane =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                var (connection, answer) = await member.TryLoginAsync(world.Cluster.Gateways[lane % 2].Port);
                Assert.True(answer?.Code == 1 || connection is null || !connection.IsOpen || answer?.RetryAfterMs > 0, $"refused: {answer?.Reason}\n{world.State()}");
                lock (connections)
                {
                    if (answer?.Code == 1)
                    {
                        connections.Add(connection!);
                        member.Hold(connection!);
                    }
                }
            }
        }));
        FaultWorld.Report($"{connections.Count} logins of one user in {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s.");
        Assert.True(connections.Count > FaultSizes.Logins / 2, $"{connections.Count} logins succeeded.\n{world.State()}");
        return connections;
    }

    // All but the one that the store names are closed, and told why.
    private static async Task WaitForOneSurvivorAsync(FaultWorld world, IReadOnlyList<ClientConnection> connections)
    {
        var began = Stopwatch.GetTimestamp();
        await Eventually.HoldsAsync(
            () => connections.Count(static connection => connection.IsOpen) == 1,
            "all but one are closed",
            () => $"{connections.Count(static connection => connection.IsOpen)} of {connections.Count} are open\n{world.State()}",
            TimeSpan.FromSeconds(60));
        FaultWorld.Report($"The last displaced connection was closed {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s after the last login; the pace of renewals is {FaultSizes.Lease.TotalSeconds / 3:F1} s.");
        foreach (var connection in connections.Where(static connection => !connection.IsOpen))
        {
            Assert.Equal(Code.Displaced, (await connection.End).Code);
        }

        var survivor = connections.Single(static connection => connection.IsOpen);
        if (world.Members[0].Connection != survivor)
        {
            world.Members[0].Hold(survivor);
        }
    }

    // An event for each session that began; the last one has not ended.
    private static Task AssertEventsTellEachSessionAsync(FaultWorld world, int logins) =>
        Eventually.HoldsAsync(
            () => world.Raw.Of(world.Members[0].User.Name) is { Count: > 0 } events
                && events.Count(static happened => happened.Kind == PresenceEvent.Types.Kind.Online) >= logins
                && events[^1].Kind == PresenceEvent.Types.Kind.Online
                && events.Where(static happened => happened.Kind == PresenceEvent.Types.Kind.Online).Select(static happened => happened.Epoch).SequenceEqual(
                    events.Where(static happened => happened.Kind == PresenceEvent.Types.Kind.Online).Select(static happened => happened.Epoch).Order()),
            "each login has its event, in the order of the epochs",
            () => $"{world.Raw.Of(world.Members[0].User.Name).Count} events of {logins} logins\n{world.State()}");

    private static async Task<ulong[]> RoomsAsync(FaultWorld world) =>
        [.. (await world.Cluster.Center().ListRoomsAsync(new ListRoomsRequest())).Rooms.Select(static room => room.Incarnation)];
}
