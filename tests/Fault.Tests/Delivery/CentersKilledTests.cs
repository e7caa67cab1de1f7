using Microservices.Fault.Tests.Delivery.Support;

namespace Microservices.Fault.Tests.Delivery;

/// <summary>kill -9 of a center while it is called: what it had logged and not yet sent arrives all the same.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class CentersKilledTests(FaultCluster fixture)
{
    [FaultFact]
    public async Task CentersKilledAtRandom_EverythingArrivesOnceAndInOrder()
    {
        await using var world = await DeliveryWorld.StartAsync(fixture);
        var centers = world.Cluster.Centers;

        await world.SendWhileAsync(async random =>
        {
            var center = centers[random.Next(centers.Count)];
            await Task.Delay(random.Next(1_000));
            await center.KillAsync();
            await Task.Delay(random.Next(500));
            await center.StartAsync();
            await center.WaitUntilReadyAsync();
        });

        await world.AssertDeliveredAsync();
    }
}
