using Microservices.Client.Endpoints;
using Microservices.Fault.Tests.Delivery.Chaos;
using Microservices.Fault.Tests.Delivery.Support;

namespace Microservices.Fault.Tests.Delivery;

/// <summary>Rooms whose bus drops, repeats and reorders.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class ChaosBusTests(FaultCluster fixture)
{
    [FaultFact]
    public async Task BusDropsRepeatsAndReorders_EverythingArrivesOnceAndInOrder()
    {
        var dice = new ChaosDice(FaultSizes.Seed);
        var cluster = await fixture.GetAsync();
        await using var first = await HostedGateway.StartAsync(cluster, "chaos-0", bus => new ChaosBus(bus, dice));
        await using var second = await HostedGateway.StartAsync(cluster, "chaos-1", bus => new ChaosBus(bus, dice));
        Endpoint[] gateways = [new("127.0.0.1", first.Port), new("127.0.0.1", second.Port)];
        await using var world = await DeliveryWorld.StartAsync(
            fixture,
            new DeliverySetup { Endpoints = client => client % 2 == 0 ? gateways : [.. gateways.Reverse()], Policy = static app => app.AckTimeoutMs = 2_000 });
        world.Details = () => $"{dice}\n==== chaos-0\n{first.Output}\n==== chaos-1\n{second.Output}";

        await world.Sender.SendAsync(FaultSizes.Messages, FaultSizes.Rate);

        await world.AssertDeliveredAsync();
        FaultWorld.Report($"{dice}");
        world.Check(dice.Count(Fate.Drop) > 0 && dice.Count(Fate.Repeat) > 0 && dice.Count(Fate.Hold) > 0, () => "The bus did no harm.");
    }
}
