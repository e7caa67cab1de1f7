using System.Diagnostics;

namespace Microservices.Fault.Tests.Gateways;

/// <summary>Everybody comes at the same moment, to a gateway that has users.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class StormTests(FaultCluster fixture)
{
    private const int Settled = 100;

    [FaultFact]
    public async Task AllAtOnce_EverybodyGetsInAndHeartbeatsAreAnsweredMeanwhile()
    {
        await using var world = await FaultWorld.StartAsync(fixture, FaultSizes.Sessions + Settled, beat: TimeSpan.FromSeconds(1));
        var gateway = world.Cluster.Gateways[0];
        Member[] settled = [.. world.Members.Take(Settled)];
        Member[] coming = [.. world.Members.Skip(Settled)];
        await Crowd.LoginAsync(settled, _ => gateway.Port);
        await world.WaitUntilPresenceIsRightAsync();
        var began = Stopwatch.GetTimestamp();
        var acksBefore = settled.Sum(static member => member.Connection!.HeartbeatAcks);

        var storm = Task.WhenAll(coming.Select(member => member.LoginAsync(gateway.Port, TimeSpan.FromMinutes(2))));

        await AssertBeatsAreAnsweredDuringAsync(world, settled, storm);
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var acks = settled.Sum(static member => member.Connection!.HeartbeatAcks) - acksBefore;
        FaultWorld.Report(
            $"{coming.Length} logins at once took {took:F1} s; {coming.Sum(static member => member.TriedAgain)} were told to come later; {acks} heartbeats of {Settled} sessions were answered meanwhile.");
        await world.WaitUntilPresenceIsRightAsync();
        Assert.All(world.Members, member => Assert.True(member.IsConnected && member.Former.Count == 0, $"{member}\n{world.State()}"));
        await world.WaitUntilServedAsync(world.Members);
    }

    // By order: again and again everybody's next answer comes, while the storm goes on.
    private static async Task AssertBeatsAreAnsweredDuringAsync(FaultWorld world, Member[] settled, Task storm)
    {
        do
        {
            var before = settled.Select(static member => member.Connection!.HeartbeatAcks).ToArray();
            await Eventually.HoldsAsync(
                () => settled.Zip(before).All(static one => one.First.Connection!.HeartbeatAcks > one.Second), "everybody's heartbeat is answered", world.State);
        }
        while (!storm.IsCompleted);
        await storm;
    }
}
