using Grpc.Core;
using Microservices.Contracts.Center;
using Microservices.Clusters;
using Microservices.Integration.Tests.Wire;
using Microservices.Testing;

namespace Microservices.Integration.Tests.Faults;

/// <summary>A part dies under load and comes back: connections of clients live through it, and everything works again by itself.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class RestartTests(SharedBroker broker)
{
    [Fact]
    public async Task Rabbit_KilledAndRestarted_PushIsRefusedMeanwhileAndWorksAgain()
    {
        await using var cluster = await Cluster.StartNewAsync(ClusterShape.Small);
        var users = await cluster.NewUsersAsync(3);
        await using var alice = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[0]);
        await using var bob = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[1]);

        await cluster.Rabbit.KillAsync();

        // Not a hang, and not a success: unavailable as a status, or user by user.
        var refused = await TryPushAsync(cluster, users[0], "while it is away");
        Assert.NotEqual(UserOutcome.Types.Outcome.Sent, refused?.Outcome);
        await using var carol = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[2]);

        await cluster.Rabbit.StartAsync();
        await WorksAgainAsync(cluster, (users[0], alice), (users[1], bob), (users[2], carol));
    }

    [Fact]
    public async Task Register_KilledAndRestarted_ConnectionsGoOn()
    {
        await using var cluster = await Cluster.StartNewAsync(ClusterShape.Small, await broker.GetAsync());
        var users = await cluster.NewUsersAsync(3);
        await using var alice = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[0]);
        await using var bob = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[1]);

        await cluster.Registers[0].KillAsync();

        await StillAnswersAsync(alice);
        await StillAnswersAsync(bob);
        await cluster.Registers[0].RestartAsync();
        await WorksAgainAsync(cluster, (users[0], alice), (users[1], bob));
        await using var carol = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[2]);
        await WorksAgainAsync(cluster, (users[2], carol), (users[0], alice));
    }

    [Fact]
    public async Task Redis_RestartedEmpty_ConnectionsGoOnAndAreClaimedAgain()
    {
        await using var cluster = await Cluster.StartNewAsync(ClusterShape.Small, await broker.GetAsync());
        var users = await cluster.NewUsersAsync(3);
        await using var alice = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[0]);
        await using var bob = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[1]);

        await cluster.Redis.RestartAsync();

        await StillAnswersAsync(alice);
        await StillAnswersAsync(bob);
        await WorksAgainAsync(cluster, (users[0], alice), (users[1], bob));

        // The tokens went with it; the login system writes them again.
        await cluster.StoreTokenAsync(users[2]);
        await using var carol = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[2]);
        await WorksAgainAsync(cluster, (users[2], carol), (users[0], alice));
    }

    [Fact]
    public async Task Center_KilledWithAnotherBeside_ChatAndPushGoOn()
    {
        await using var cluster = await Cluster.StartNewAsync(ClusterShape.Small with { Centers = 2 }, await broker.GetAsync());
        var users = await cluster.NewUsersAsync(2);
        await using var alice = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[0]);
        await using var bob = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[1]);

        await cluster.Centers[1].KillAsync();

        await WorksAgainAsync(cluster, (users[0], alice), (users[1], bob));
    }

    [Fact]
    public async Task Register_OneOfTwoKilled_LoginsAndPushesGoOn()
    {
        await using var cluster = await Cluster.StartNewAsync(ClusterShape.Small with { Registers = 2 }, await broker.GetAsync());
        var users = await cluster.NewUsersAsync(2);
        await using var alice = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[0]);

        await cluster.Registers[0].KillAsync();

        await using var bob = await WireClient.LoginAsync(cluster.Gateways[0].Port, users[1]);
        await WorksAgainAsync(cluster, (users[0], alice), (users[1], bob));
    }

    // The connection is served while a part is away: an unknown command is answered by the gateway alone.
    private static async Task StillAnswersAsync(WireClient client)
    {
        await client.SendAsync(999, "{}"u8.ToArray());
        Assert.Equal(4500, (await client.ReceiveAsync(WireClient.Error)).Number("code"));
    }

    private static async Task WorksAgainAsync(Cluster cluster, params (TestUser User, WireClient Client)[] clients)
    {
        for (var i = 0; i < clients.Length; i++)
        {
            var (user, client) = clients[i];
            await PushArrivesAsync(cluster, user, client);

            // A push needs the center's link to the bus and the gateway's queue; chat also needs the gateway's own link, which may be back later.
            await cluster.WaitUntilSurvivorsAreReadyAsync();
            await ChatArrivesAsync(cluster, clients[(i + 1) % clients.Length].Client, user, client);
        }
    }

    private static async Task PushArrivesAsync(Cluster cluster, TestUser user, WireClient client)
    {
        var text = $"push {Guid.NewGuid():N}";
        UserOutcome? outcome = null;
        await Eventually.HoldsAsync(
            async () => (outcome = await TryPushAsync(cluster, user, text))?.Outcome == UserOutcome.Types.Outcome.Sent,
            $"a push to {user.Name} is sent",
            () => $"{outcome}\n{cluster.State()}",
            TimeSpan.FromSeconds(90));
        await ReceiveTextAsync(client, text);
    }

    private static async Task ChatArrivesAsync(Cluster cluster, WireClient from, TestUser user, WireClient to)
    {
        var text = $"chat {Guid.NewGuid():N}";
        await from.SendAsync(2, new { chat_to = user.Name, chat_content = text });
        try
        {
            await ReceiveTextAsync(to, text);
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"{fault.Message}\n{cluster.State()}", fault);
        }
    }

    // What was under way during the fault may come before it, or twice; the text itself must come.
    private static async Task ReceiveTextAsync(WireClient client, string text)
    {
        var before = new List<WireFrame>();
        while (await client.ReceiveAsync() is { } frame)
        {
            if (frame.Command == 102 && frame.Text("chat_content") == text)
            {
                return;
            }

            before.Add(frame);
        }

        Assert.Fail($"The connection ended before '{text}' came; before it: {string.Join("; ", before)}");
    }

    private static async Task<UserOutcome?> TryPushAsync(Cluster cluster, TestUser user, string text)
    {
        try
        {
            return await cluster.PushAsync(user, text);
        }
        catch (RpcException fault) when (fault.StatusCode is StatusCode.Unavailable)
        {
            return null;
        }
    }
}
