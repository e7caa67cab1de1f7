using Grpc.Core;

namespace Microservices.Fault.Tests.Registers;

/// <summary>All registers are away for three lease times.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class AwayTests(FaultCluster fixture)
{
    [FaultTheory]
    [InlineData(Signal.Stop)]
    [InlineData(Signal.Kill)]
    public async Task AwayForThreeLeaseTimes_NobodyIsReportedOffline(Signal how)
    {
        await using var world = await FaultWorld.StartAsync(fixture, FaultSizes.Users, beat: TimeSpan.FromSeconds(1));
        var (registers, gateways) = (world.Cluster.Registers, world.Cluster.Gateways);
        Member[] settled = [.. world.Members.Skip(1)];
        var waiting = world.Members[0];
        await Crowd.LoginAsync(settled, Crowd.Across(gateways));
        await world.WaitUntilPresenceIsRightAsync();
        await using var observer = new PresenceObserver(world, static _ => true);
        try
        {
            foreach (var register in registers)
            {
                register.Send(how);
            }

            var away = Task.Delay(3 * FaultSizes.Lease);
            await AssertLoginIsToldToTryAgainAsync(world, waiting);
            await AssertPushIsRefusedAsync(world, settled[0]);
            await AssertBeatsAreAnsweredAsync(world, settled);
            await away;
        }
        finally
        {
            await (how == Signal.Stop ? WakeAsync(registers) : Task.WhenAll(registers.Select(static register => register.StartAsync())));
        }

        await world.Cluster.WaitUntilReadyAsync();
        await world.WaitUntilPresenceIsRightAsync();
        Assert.All(settled, member => Assert.True(member.IsConnected && member.Former.Count == 0, $"{member}\n{world.State()}"));
        Assert.DoesNotContain(world.Raw.Events, happened => happened.App == world.App && happened.Kind == Contracts.Bus.PresenceEvent.Types.Kind.Offline);
        await waiting.LoginAsync(gateways[0].Port);
        await world.WaitUntilServedAsync(world.Members);
        await world.WaitUntilPresenceIsRightAsync();
        await observer.AssertNoFaultAsync();
    }

    private static Task WakeAsync(IReadOnlyList<ServiceInstance> registers)
    {
        foreach (var register in registers)
        {
            register.Send(Signal.Continue);
        }

        return Task.CompletedTask;
    }

    private static async Task AssertLoginIsToldToTryAgainAsync(FaultWorld world, Member member)
    {
        var (connection, answer) = await member.TryLoginAsync(world.Cluster.Gateways[0].Port);
        using (connection)
        {
            var told = answer is not null ? (answer.Reason, answer.RetryAfterMs) : (connection?.Errors.LastOrDefault()?.Reason, connection?.Errors.LastOrDefault()?.RetryAfterMs ?? 0);
            Assert.True(told is { Item1: "try_later" or "unavailable" or "overloaded", Item2: > 0 }, $"{told}\n{world.State()}");
        }
    }

    private static async Task AssertPushIsRefusedAsync(FaultWorld world, Member member)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() => world.PushAsync([member], "who knows where"));
        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
    }

    private static async Task AssertBeatsAreAnsweredAsync(FaultWorld world, Member[] members)
    {
        var before = members.ToDictionary(static member => member, static member => member.Connection!.HeartbeatAcks);
        await Eventually.HoldsAsync(
            () => members.All(member => member.Connection!.HeartbeatAcks > before[member]), "everybody's heartbeat is answered", world.State);
    }
}
