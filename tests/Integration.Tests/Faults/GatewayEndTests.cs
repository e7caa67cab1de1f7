using Microservices.Contracts.Center;
using Microservices.Clusters;
using Microservices.Integration.Tests.Sdk;
using Microservices.Integration.Tests.Wire;
using Microservices.Testing;

namespace Microservices.Integration.Tests.Faults;

/// <summary>A gateway ends: killed, or asked to.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class GatewayEndTests(SharedBroker broker)
{
    /// <summary>Its own, and the one that says when messages were dropped.</summary>
    private const int QueuesOfARoom = 2;

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(10) };

    [Fact]
    public async Task Killed_PushesAreReportedAndPresenceEndsWithTheLease()
    {
        await using var cluster = await Cluster.StartNewAsync(ClusterShape.Small with { Gateways = 2, Dispatchers = 1 }, await broker.GetAsync());
        var users = await cluster.NewUsersAsync(2);
        await using var lost = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[0]);
        await using var kept = await WireClient.LoginAsync(cluster.Gateways[1].Port, users[1]);

        await cluster.Gateways[0].KillAsync();

        // The bus may take the dead process's messages until it notices the end of its connection; then it says so.
        UserOutcome? outcome = null;
        await Eventually.HoldsAsync(
            async () => (outcome = await cluster.PushAsync(users[0], "too late")).Outcome
                is UserOutcome.Types.Outcome.Undelivered or UserOutcome.Types.Outcome.Offline,
            "a push to a user of the killed gateway is reported",
            () => $"{outcome}\n{cluster.State()}");
        await cluster.WaitForPresenceAsync(users[0], online: false);
        await WaitForEndpointsAsync(cluster, users[0], cluster.Gateways[1]);
        Assert.True((await cluster.PresenceAsync(users[1])).Online);

        await using var back = await WireClient.LoginAsync(cluster.Gateways[1].Port, users[0]);
        await cluster.PushAsync(users[0], "welcome back");
        Assert.Equal("welcome back", (await back.ReceiveAsync(102)).Text("chat_content"));
    }

    [Fact]
    public async Task Terminated_EndsInOrderAndLeavesNothing()
    {
        await using var cluster = await Cluster.StartNewAsync(ClusterShape.Small with { Gateways = 2, Dispatchers = 1 }, await broker.GetAsync());
        var users = await cluster.NewUsersAsync(3);
        var leaving = cluster.Gateways[0];
        await using var old = await WireClient.LoginAsync(leaving.Port, users[0]);
        await using var modern = await WireClient.LoginAsync(leaving.Port, users[1], sdk: "test/1");
        await using var kept = await WireClient.LoginAsync(cluster.Gateways[1].Port, users[2]);
        Assert.Equal(2 * QueuesOfARoom, (await RoomQueuesAsync(cluster)).Length);

        var code = await leaving.TerminateAsync();

        Assert.True(code == 0, $"exit code {code}\n{leaving.Output}");
        AssertInOrder(
            leaving.Output, "not ready", "connections are refused", "connections closed", "acknowledgements told", "sessions ended",
            "uplinks confirmed", "queue deleted", "lease released");
        Assert.Contains(await modern.ReceiveToEndAsync(), static frame => frame.Command == WireClient.Directive && frame.Number("code") == 3000);
        await old.ReceiveToEndAsync();
        Assert.False((await cluster.PresenceAsync(users[0])).Online);
        Assert.False((await cluster.PresenceAsync(users[1])).Online);
        Assert.Equal(QueuesOfARoom, (await RoomQueuesAsync(cluster)).Length);
        Assert.Equal(UserOutcome.Types.Outcome.Offline, (await cluster.PushAsync(users[0], "too late")).Outcome);
        await WaitForEndpointsAsync(cluster, users[0], cluster.Gateways[1]);
        await cluster.PushAsync(users[2], "still here");
        Assert.Equal("still here", (await kept.ReceiveAsync(102)).Text("chat_content"));
    }

    [Theory]
    [InlineData(Signal.Kill)]
    [InlineData(Signal.Terminate)]
    public async Task Ended_SdkClientsReconnectElsewhereThroughTheDispatcher(Signal how)
    {
        await using var cluster = await Cluster.StartNewAsync(ClusterShape.Small with { Gateways = 2, Dispatchers = 1 }, await broker.GetAsync());
        var users = await cluster.NewUsersAsync(8);
        var clients = await Task.WhenAll(users.Select(user => SdkUser.ConnectAsync(cluster, user)));
        var leaving = cluster.Gateways.First(gateway => gateway.Port == clients[0].GatewayPort);
        var staying = cluster.Gateways.First(gateway => gateway != leaving);

        leaving.Send(how);

        foreach (var (client, user) in clients.Zip(users))
        {
            await client.WaitAsync(sdk => sdk.GatewayPort == staying.Port, $"{user.Name} is connected to {staying.Name}");
            await Eventually.HoldsAsync(
                async () => (await cluster.PushAsync(user, "found you")).SentTo.SingleOrDefault()?.Room == staying.Name,
                $"a push to {user.Name} goes to {staying.Name}",
                cluster.State);
            await client.WaitAsync(static sdk => sdk.Pushes.Any(static push => push.Text == "found you"), $"the push to {user.Name} arrives");
            await client.DisposeAsync();
        }
    }

    private static void AssertInOrder(string output, params string[] steps)
    {
        var from = 0;
        foreach (var step in steps)
        {
            var at = output.IndexOf("Shutdown: ", from, StringComparison.Ordinal);
            var end = at < 0 ? -1 : output.IndexOf('\n', at);
            Assert.True(end > 0 && output[at..end].Contains(step, StringComparison.Ordinal), $"'{step}' is not the next step in\n{output}");
            from = end;
        }
    }

    private static async Task<string[]> RoomQueuesAsync(Cluster cluster) =>
        [.. (await cluster.Rabbit.ControlAsync("list_queues", "-p", new Uri(cluster.BusUri).AbsolutePath.Trim('/'), "name")).Split('\n').Where(static name => name.Contains("room", StringComparison.Ordinal))];

    private static async Task WaitForEndpointsAsync(Cluster cluster, TestUser user, ServiceInstance only)
    {
        var url = new Uri($"http://127.0.0.1:{cluster.Dispatchers[0].Port}/v1/endpoints?app=default&user={user.Name}");
        var said = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                using var reply = await Http.GetAsync(url);
                said = await reply.Content.ReadAsStringAsync();
                return reply.IsSuccessStatusCode && said.Contains($"{only.Port}", StringComparison.Ordinal)
                    && cluster.Gateways.Where(other => other != only).All(other => !said.Contains($"{other.Port}", StringComparison.Ordinal));
            },
            $"the dispatcher names {only.Name} alone",
            () => $"{said}\n{cluster.State()}");
    }
}
