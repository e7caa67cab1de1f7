using Microservices.Client.Endpoints;
using Microservices.Client.Tests.Server;

namespace Microservices.Client.Tests;

public sealed class DispatcherTests
{
    [Fact]
    public async Task Start_Dispatcher_NamesTheGatewayAndTheHeartbeat()
    {
        using var gateway = new FakeGateway();
        using var dispatcher = new FakeDispatcher();
        dispatcher.Name(300, gateway.Endpoint);
        await using var client = With(dispatcher, []);
        client.Client.Start();

        using var connection = await gateway.AcceptAsync();

        Assert.Equal(25_000u, (await connection.ReadVerifyAsync()).HeartbeatMs);
        Assert.Equal("/v1/endpoints?app=a%26b&user=ann%20b&network=wifi", Assert.Single(dispatcher.Questions));
    }

    [Fact]
    public async Task GatewayDies_AsksTheDispatcherNamingWhatFailed()
    {
        var gateway = new FakeGateway();
        using var other = new FakeGateway();
        using var dispatcher = new FakeDispatcher();
        dispatcher.Name(300, gateway.Endpoint);
        await using var client = With(dispatcher, []);
        client.Client.Start();
        var first = await gateway.AcceptVerifiedAsync();
        var dead = gateway.Endpoint;

        dispatcher.Name(300, other.Endpoint);
        gateway.Dispose();
        first.Dispose();

        using var second = await other.AcceptVerifiedAsync();
        await client.Until(ClientPhase.Verified);
        Assert.Equal($"/v1/endpoints?app=a%26b&user=ann%20b&network=wifi&failed={Uri.EscapeDataString(dead.ToString())}", dispatcher.Questions.Last());
        Assert.Equal(2, dispatcher.Questions.Count);
    }

    [Fact]
    public async Task DispatcherAway_UsesTheListItHas()
    {
        using var gateway = new FakeGateway();
        var other = new FakeGateway();
        using var dispatcher = new FakeDispatcher();
        dispatcher.Name(0, other.Endpoint, gateway.Endpoint);
        await using var client = With(dispatcher, []);
        client.Client.Start();
        var first = await other.AcceptVerifiedAsync();

        dispatcher.Answer = null;
        other.Dispose();
        first.Dispose();

        using var second = await gateway.AcceptVerifiedAsync();
        await client.Until(ClientPhase.Verified);
    }

    [Theory]
    [InlineData(null), InlineData("nonsense"), InlineData("{}"), InlineData("""{"endpoints":[]}""")]
    [InlineData("""{"endpoints":[{"host":"h","port":0},{"host":"","port":1},{"host":"h","port":1,"transport":"quic"}]}""")]
    public async Task DispatcherAwayOrUseless_UsesTheFixedEndpoints(string? answer)
    {
        using var gateway = new FakeGateway();
        using var dispatcher = new FakeDispatcher { Answer = answer };
        await using var client = With(dispatcher, [gateway.Endpoint]);
        client.Client.Start();

        using var connection = await gateway.AcceptVerifiedAsync();

        await client.Until(ClientPhase.Verified);
    }

    [Fact]
    public async Task ListIsFresh_IsUsedWithoutAsking()
    {
        var gateway = new FakeGateway();
        using var other = new FakeGateway();
        using var dispatcher = new FakeDispatcher();
        dispatcher.Name(300, gateway.Endpoint, other.Endpoint);
        await using var client = With(dispatcher, []);
        client.Client.Start();
        var first = await gateway.AcceptVerifiedAsync();

        gateway.Dispose();
        first.Dispose();

        using var second = await other.AcceptVerifiedAsync();
        await client.Until(ClientPhase.Verified);
        Assert.Single(dispatcher.Questions);
    }

    private static Watched With(FakeDispatcher dispatcher, Endpoint[] endpoints) => new(new PushClientOptions
    {
        User = "ann b",
        App = "a&b",
        Token = "t",
        Network = "wifi",
        Dispatchers = [FakeDispatcher.Address],
        DispatcherHandler = dispatcher,
        Endpoints = endpoints,
        Heartbeat = new HeartbeatOptions { FollowDispatcher = true },
        Reconnect = Watched.Quick,
    });
}
