using Grpc.Core;
using Microservices.Contracts.Center;
using Microservices.Fault.Tests.Delivery.Support;

namespace Microservices.Fault.Tests.Delivery;

/// <summary>RabbitMQ is away, and comes back without the messages that it had.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class BrokerTests(FaultCluster fixture)
{
    [FaultFact]
    public async Task BrokerKilledAndRestarted_EverythingArrivesOnceAndInOrder()
    {
        await using var world = await DeliveryWorld.StartAsync(fixture);

        await world.SendWhileAsync(async random =>
        {
            await Task.Delay(random.Next(500, 2_000));
            await fixture.Broker.RestartAsync();
            await world.Cluster.WaitUntilReadyAsync();
        });

        await world.AssertDeliveredAsync();
    }

    [FaultFact]
    public async Task BrokerAway_KeptIsAcceptedAndArrivesLater_NotKeptIsRefusedInBoundedTime()
    {
        await using var world = await DeliveryWorld.StartAsync(fixture, new DeliverySetup { Clients = 20 });
        await fixture.Broker.KillAsync();
        try
        {
            await world.Sender.SendAsync(200, rate: 10_000);

            // The call's own deadline would show as DeadlineExceeded: it is longer than the center waits for the bus.
            var text = ClusterQueries.Text(world.App, "now or never", world.Addressees[0].Receiver.User);
            var unkept = await Record.ExceptionAsync(async () => await world.Cluster.Center().PushAsync(text, deadline: DateTime.UtcNow + TimeSpan.FromSeconds(60)));
            world.Check(unkept is RpcException { StatusCode: StatusCode.Unavailable }, () => $"QoS 0 was answered with {unkept}");
        }
        finally
        {
            await fixture.Broker.StartAsync();
        }

        await world.Cluster.WaitUntilReadyAsync();
        await world.AssertDeliveredAsync();
    }
}
