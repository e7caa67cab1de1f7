using System.Net;
using Microservices.Integration.Tests.ChatProtocol;
using Microservices.Clusters;
using Microservices.Testing;

namespace Microservices.Integration.Tests.Faults;

/// <summary>Something is missing when the services start: they wait, say so, are not ready, and go on when it comes.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class AbsenceTests(SharedBroker broker)
{
    [Fact]
    public async Task Start_WithoutRedis_RegisterWaitsAndEverybodyRecovers()
    {
        await using var cluster = new Cluster(ClusterShape.Small with { Dispatchers = 1 }, await broker.GetAsync());
        await cluster.StartServicesAsync();

        await WaitUntilMissedAsync(cluster, cluster.Registers[0], "redis");
        await WaitUntilMissedAsync(cluster, cluster.Gateways[0], "register");

        await cluster.Redis.StartAsync();
        await WorksAsync(cluster);
    }

    [Fact]
    public async Task Start_WithoutRabbit_GatewayAndCenterWaitAndRecover()
    {
        await using var cluster = new Cluster(ClusterShape.Small);
        await cluster.Redis.StartAsync();
        await cluster.StartServicesAsync();

        await WaitUntilMissedAsync(cluster, cluster.Gateways[0], "rabbitmq");
        await WaitUntilMissedAsync(cluster, cluster.Centers[0], "rabbitmq");

        await cluster.Rabbit.StartAsync();
        await WorksAsync(cluster);
    }

    [Fact]
    public async Task Start_WithoutRegister_TheOthersWaitAndRecover()
    {
        await using var cluster = new Cluster(ClusterShape.Small with { Dispatchers = 1 }, await broker.GetAsync());
        await cluster.Redis.StartAsync();
        ServiceInstance[] others = [cluster.Gateways[0], cluster.Centers[0], cluster.Dispatchers[0]];
        await Task.WhenAll(others.Select(static service => service.StartAsync()));

        foreach (var service in others)
        {
            await WaitUntilMissedAsync(cluster, service, "register");
        }

        await cluster.Registers[0].StartAsync();
        await WorksAsync(cluster);
    }

    private static async Task WaitUntilMissedAsync(Cluster cluster, ServiceInstance service, string missing)
    {
        (HttpStatusCode Status, string Body)? answer = null;
        await Eventually.HoldsAsync(
            async () => (answer = await service.AskReadinessAsync()) is { Status: HttpStatusCode.ServiceUnavailable } said
                && said.Body.Contains(missing, StringComparison.OrdinalIgnoreCase),
            $"/readyz of {service.Name} is 503 and names {missing}",
            () => $"{answer}\n{cluster.State()}");
        await Eventually.HoldsAsync(
            () => service.Output.Split('\n').Any(line => line.Contains(" WARN ", StringComparison.Ordinal) && line.Contains(missing, StringComparison.OrdinalIgnoreCase)),
            $"{service.Name} says in its log that it lacks {missing}",
            cluster.State);
        Assert.True(service.IsRunning, cluster.State());
    }

    private static async Task WorksAsync(Cluster cluster)
    {
        try
        {
            await cluster.WaitUntilReadyAsync();
            await PythonScenario.RunAsync("chat.single", cluster.World(await cluster.NewUsersAsync(2)));
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"{fault.Message}\n{cluster.State()}", fault);
        }
    }
}
