using Microservices.Fault.Tests.Delivery.Support;

namespace Microservices.Fault.Tests.Delivery;

/// <summary>kill -9 of registers while messages flow: of one, and now and then of both.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class RegistersKilledTests(FaultCluster fixture)
{
    [FaultFact]
    public async Task RegistersKilledAtRandom_EverythingArrivesOnceAndInOrder()
    {
        await using var world = await DeliveryWorld.StartAsync(fixture);
        var registers = world.Cluster.Registers;

        await world.SendWhileAsync(async random =>
        {
            ServiceInstance[] killed = random.Next(3) == 0 ? [.. registers] : [registers[random.Next(registers.Count)]];
            await Task.Delay(random.Next(1_000));
            await Task.WhenAll(killed.Select(static register => register.KillAsync()));
            await Task.Delay(random.Next(1_000));
            await Task.WhenAll(killed.Select(static register => register.StartAsync()));
            await Task.WhenAll(killed.Select(static register => register.WaitUntilReadyAsync()));
        });

        await world.AssertDeliveredAsync();
    }
}
