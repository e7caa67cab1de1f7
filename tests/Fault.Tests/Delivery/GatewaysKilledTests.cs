using Microservices.Fault.Tests.Delivery.Support;

namespace Microservices.Fault.Tests.Delivery;

/// <summary>kill -9 of gateways while messages flow.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class GatewaysKilledTests(FaultCluster fixture)
{
    [FaultFact]
    public async Task GatewaysKilledAtRandom_EverythingArrivesOnceAndInOrder()
    {
        await using var world = await DeliveryWorld.StartAsync(fixture);
        var gateways = world.Cluster.Gateways;

        await world.SendWhileAsync(async random =>
        {
            var gateway = gateways[random.Next(gateways.Count)];
            await Task.Delay(random.Next(1_000));
            await gateway.KillAsync();
            await Task.Delay(random.Next(1_000));
            await gateway.StartAsync();
            await gateway.WaitUntilReadyAsync();
        });

        await world.AssertDeliveredAsync();
    }
}
