using Grpc.Core;
using Microservices.Contracts.Center;
using Microservices.Fault.Tests.Delivery.Support;

namespace Microservices.Fault.Tests.Delivery;

/// <summary>Messages to all while clients come and go.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class BroadcastTests(FaultCluster fixture)
{
    private const int AwayMostMs = 3_000;

    [FaultFact]
    public async Task Everybody_WhileClientsComeAndGo_EachOfThoseWhoWereKnownGetsEachOnce()
    {
        await using var world = await DeliveryWorld.StartAsync(fixture);
        await MakeKnownAsync(world);
        using var stop = new CancellationTokenSource();
        var moving = Task.WhenAll(Enumerable.Range(0, 8).Select(worker => ComeAndGoAsync(world, worker, stop.Token)));

        for (var i = 0; i < Math.Max(50, FaultSizes.Messages / world.Addressees.Count / 2); i++)
        {
            var text = $"to-all-{i:D4}";
            var position = await PushAsync(world, text);
            foreach (var addressee in world.Addressees)
            {
                addressee.Add(new Accepted(text, position));
            }

            await Task.Delay(world.Random.Next(200), CancellationToken.None);
        }

        await stop.CancelAsync();
        await moving;
        await world.WaitUntilReceivedAsync();
        world.CheckReceived();
        FaultWorld.Report($"{world.Addressees[0].Accepted.Count} messages to each of {world.Addressees.Count} clients, which logged in {world.Receivers.Sum(static one => one.Logins)} times");
    }

    // Who has got something from the inbox is a reader of "all" too.
    private static async Task MakeKnownAsync(DeliveryWorld world)
    {
        var request = ClusterQueries.Text(world.App, "known", [.. world.Receivers.Select(static one => one.User)]);
        request.Qos = Qos.AtLeastOnce;
        var reply = await world.Cluster.Center().PushAsync(request);
        foreach (var (addressee, outcome) in world.Addressees.Zip(reply.Outcomes))
        {
            addressee.Add(new Accepted("known", outcome.Position));
        }

        await world.WaitUntilReceivedAsync();
    }

    private static async Task ComeAndGoAsync(DeliveryWorld world, int worker, CancellationToken stop)
    {
        const int Workers = 8;
        var random = new Random(HashCode.Combine(FaultSizes.Seed, worker));
        var own = world.Receivers.Where((_, i) => i % Workers == worker).ToArray();
        while (!stop.IsCancellationRequested)
        {
            await own[random.Next(own.Length)].RestartAsync(TimeSpan.FromMilliseconds(random.Next(random.Next(AwayMostMs))));
        }
    }

    private static async Task<ChannelPosition> PushAsync(DeliveryWorld world, string text)
    {
        var request = ClusterQueries.Text(world.App, text);
        (request.Qos, request.Key) = (Qos.AtLeastOnce, text);
        for (var tries = 0; ; tries++)
        {
            try
            {
                return (await world.Cluster.Center(tries % world.Cluster.Centers.Count).PushAsync(request)).Position;
            }
            catch (RpcException fault) when (fault.StatusCode is StatusCode.Unavailable && tries < 100)
            {
                await Task.Delay(100);
            }
        }
    }
}
