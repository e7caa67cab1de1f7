using Microservices.Contracts.Register;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>The interval: proposed by the client, decided by the app's bounds, told in 101 and 105.</summary>
public class HeartbeatTests
{
    [Theory]
    [InlineData(0u, 60_000u)]
    [InlineData(500u, 2_000u)]
    [InlineData(10_000_000u, 75_000u)]
    public async Task Interval_ProposedInVerify_StaysWithinTheAppsBounds(uint proposed, uint holds)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.ConnectAsync();

        client.Verify("ann", heartbeatMs: proposed);

        Assert.Equal(holds, (await client.ReadAsync<VerifyResult>(Command.VerifyResult)).HeartbeatMs);
    }

    [Fact]
    public async Task Interval_ProposedInAHeartbeat_IsToldInTheAck()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann", features: Features.HeartbeatAck);

        Assert.Equal(60_000u, await BeatAsync(client, default));
        Assert.Equal(30_000u, await BeatAsync(client, new Heartbeat { HeartbeatMs = 30_000, Network = "wifi" }));
        Assert.Equal(30_000u, await BeatAsync(client, new Heartbeat { Network = "mobile" }));
        Assert.Equal(2_000u, await BeatAsync(client, new Heartbeat { HeartbeatMs = 1 }));
        Assert.Equal(75_000u, await BeatAsync(client, new Heartbeat { HeartbeatMs = uint.MaxValue }));
        Assert.Equal(75_000u, gateway.SessionOf("ann").HeartbeatMs);
    }

    [Fact]
    public async Task Interval_AfterTheBoundsChanged_IsToldWithTheNextAck()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann", features: Features.HeartbeatAck);
        Assert.Equal(30_000u, await BeatAsync(client, new Heartbeat { HeartbeatMs = 30_000 }));

        await PutAsync(gateway, new LivenessPolicy { MaxHeartbeatMs = 10_000 });
        Assert.Equal(10_000u, await BeatAsync(client, default));
        await PutAsync(gateway, new LivenessPolicy { MinHeartbeatMs = 45_000 });
        Assert.Equal(45_000u, await BeatAsync(client, default));
        await PutAsync(gateway, new LivenessPolicy());

        // What the client proposed is not forgotten.
        Assert.Equal(30_000u, await BeatAsync(client, default));
    }

    [Fact]
    public async Task Interval_ProposedInJsonWithoutAcks_IsTaken()
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("138", 1100, features: "later");

        client.SendText(Command.Heartbeat, """{"heartbeat_ms":"20000","network":"5G","later":{"a":[1]}}""");

        Assert.Empty(await client.ReadUntilAnsweredAsync());
        Assert.Equal(20_000u, gateway.SessionOf("138").HeartbeatMs);
    }

    [Theory]
    [InlineData(2u, "whatever")]
    [InlineData(2u, "\u0010")]
    [InlineData(1100u, "whatever")]
    [InlineData(1100u, "[]")]
    [InlineData(1100u, "{} {}")]
    [InlineData(1100u, """{"heartbeat_ms":-1}""")]
    [InlineData(0u, """{"heartbeat_ms":{}}""")]
    public async Task Heartbeat_WithAMalformedBody_DropsTheClient(uint version, string body)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("ann", version, features: "later");

        client.SendText(Command.Heartbeat, body);

        Assert.Equal(Command.Heartbeat, (await client.ReadErrorAsync(Code.MalformedBody)).Command);
        await client.ReadEndAsync();
        await Eventually.HoldsAsync(() => gateway.Register.Ends.Any(end => end.User == "ann" && end.Code == (uint)Code.MalformedBody), "register is told why");
    }

    [Theory]
    [InlineData(0u, "ping")]
    [InlineData(1u, "null")]
    [InlineData(1100u, "{")]
    [InlineData(1100u, """{"heartbeat_ms":"soon"}""")]
    [InlineData(1100u, """{"heartbeat_ms":20000}""")]
    public async Task Heartbeat_OfAChatClient_IsTakenWhateverItHolds(uint version, string body)
    {
        await using var gateway = await RunningGateway.StartAsync();
        var client = await gateway.LogInAsync("138", version);

        client.SendText(Command.Heartbeat, body);

        Assert.Empty(await client.ReadUntilAnsweredAsync());
        Assert.Equal(60_000u, gateway.SessionOf("138").HeartbeatMs);
    }

    private static async Task<uint> BeatAsync(TestClient client, Heartbeat beat)
    {
        client.Send(Command.Heartbeat, beat);
        return (await client.ReadAsync<HeartbeatAck>(Command.HeartbeatAck)).HeartbeatMs;
    }

    private static async Task PutAsync(RunningGateway gateway, LivenessPolicy liveness)
    {
        var known = gateway.Apps.Find("default")!.Policy;
        gateway.Register.PutApp(new App { Name = "default", Liveness = liveness });
        await Eventually.HoldsAsync(() => gateway.Apps.Find("default")!.Policy != known, "the change is known");
    }
}
