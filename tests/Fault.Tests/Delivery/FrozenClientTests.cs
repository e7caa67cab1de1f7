using Microservices.Fault.Tests.Delivery.Support;

namespace Microservices.Fault.Tests.Delivery;

/// <summary>A client that stands still among others, and one that is killed over and over.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class FrozenClientTests(FaultCluster fixture)
{
    [FaultFact]
    public async Task FrozenAndWoken_GetsEverythingOnceAndInOrder_OthersAreNotAffected()
    {
        await using var world = await DeliveryWorld.StartAsync(fixture);
        await using var frozen = new ReceiveProcess(world.Cluster, world.App, (await world.Cluster.NewUsersAsync(1, world.App))[0]);
        await frozen.StartAsync(world.Cluster.Gateways[0]);
        var one = world.Join(frozen);
        await world.Sender.SendAsync(FaultSizes.Messages / 4, FaultSizes.Rate);
        await world.WaitUntilReceivedAsync();
        try
        {
            frozen.Send(Signal.Stop);
            await world.Sender.SendAsync(FaultSizes.Messages / 2, FaultSizes.Rate);
            await world.WaitUntilReceivedAsync([.. world.Addressees.Where(other => other != one)]);
            await WaitUntilGivenUpAsync(world, frozen);
        }
        finally
        {
            frozen.Send(Signal.Continue);
        }

        await world.Sender.SendAsync(FaultSizes.Messages / 4, FaultSizes.Rate);

        await world.AssertDeliveredAsync();
        world.Check(world.Receivers.All(static other => other.Logins == 1), () => "Others were cut off too.");
        world.Check(frozen.Logins == 2, () => $"It was not cut off: {frozen.States}");
    }

    [FaultFact]
    public async Task KilledOverAndOver_MissesNothing()
    {
        await using var world = await DeliveryWorld.StartAsync(fixture, new DeliverySetup { Clients = 20 });
        await using var killed = new ReceiveProcess(world.Cluster, world.App, (await world.Cluster.NewUsersAsync(1, world.App))[0]);
        await killed.StartAsync(world.Cluster.Gateways[0]);
        var one = world.Join(killed);
        var sending = world.Sender.SendAsync(FaultSizes.Messages / 8, FaultSizes.Rate / 8);
        while (!sending.IsCompleted)
        {
            await Task.Delay(world.Random.Next(1_500));
            await killed.KillAsync();
            await killed.StartAsync(world.Cluster.Gateways[world.Random.Next(world.Cluster.Gateways.Count)]);
        }

        await sending;
        await Eventually.HoldsAsync(
            () => !one.Accepted.Select(static accepted => accepted.Text).Except(killed.Received.Select(static got => got.Text)).Any(),
            "it has everything",
            () => $"{one.FirstFault(repeatsAllowed: true)}\n{world.State()}");
        world.Check(one.FirstFault(repeatsAllowed: true) is null, () => one.FirstFault(repeatsAllowed: true)!);
        await world.WaitUntilNothingIsPendingAsync();
        FaultWorld.Report($"{killed.Logins} processes, {killed.Count} messages of which {killed.Count - one.Accepted.Count} came again");
    }

    // Its session ends for want of acknowledgements (or of heartbeats); what was written to it meanwhile doesn't count.
    private static async Task WaitUntilGivenUpAsync(DeliveryWorld world, ReceiveProcess frozen) =>
        await world.Cluster.WaitForPresenceAsync(frozen.User, online: false, world.App);
}
