using Grpc.Core;

namespace Microservices.Fault.Tests.Store;

/// <summary>FLUSHALL while users log in, are pushed to, and beat.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class FlushTests(FaultCluster fixture)
{
    [FaultFact]
    public async Task Flushed_UnderLoad_NobodyIsDroppedAndPresenceIsRightAgain()
    {
        await using var world = await FaultWorld.StartAsync(fixture, FaultSizes.Users, beat: TimeSpan.FromSeconds(1));
        var gateways = world.Cluster.Gateways;
        Member[] settled = [.. world.Members.Take(world.Members.Count / 2)];
        Member[] arriving = [.. world.Members.Skip(settled.Length)];
        await Crowd.LoginAsync(settled, Crowd.Across(gateways));
        await world.WaitUntilPresenceIsRightAsync();
        using var stop = new CancellationTokenSource();
        var logins = ArriveAsync(world, arriving, stop.Token);
        var pushes = PushAsync(world, settled, stop.Token);
        await Eventually.HoldsAsync(() => arriving.Count(static member => member.IsConnected) > arriving.Length / 3, "a third has arrived", world.State);

        await using var observer = new PresenceObserver(world, static _ => true);
        await world.Cluster.Redis.CliAsync("flushall");
        world.StoreLostData = true;

        await logins;
        await stop.CancelAsync();
        await pushes;
        await world.WaitUntilPresenceIsRightAsync();
        Assert.All(world.Members, member => Assert.True(member.IsConnected && member.Former.Count == 0, $"{member}\n{world.State()}"));
        await world.WaitUntilServedAsync(world.Members);
        await observer.AssertNoFaultAsync(lostLeases: gateways.Count);
    }

    // The tokens go with the rest; the login system writes them as users come.
    private static async Task ArriveAsync(FaultWorld world, Member[] members, CancellationToken stop)
    {
        foreach (var (i, member) in members.Index())
        {
            stop.ThrowIfCancellationRequested();
            for (var tries = 0; !member.IsConnected; tries++)
            {
                await world.Cluster.StoreTokenAsync(member.User, world.App);
                var (connection, answer) = await member.TryLoginAsync(world.Cluster.Gateways[i % world.Cluster.Gateways.Count].Port);
                if (answer?.Code == 1)
                {
                    member.Hold(connection!);
                    continue;
                }

                connection?.Dispose();
                Assert.True(tries < 500, $"{member.User.Name}: {answer?.Reason ?? "no answer"}\n{world.State()}");
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }

    private static async Task PushAsync(FaultWorld world, Member[] members, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            try
            {
                await world.PushAsync([members[i % members.Length]], $"load {i}");
            }
            catch (RpcException fault) when (fault.StatusCode is StatusCode.Unavailable or StatusCode.NotFound)
            {
                // Away for a moment: said at once, and not a hang.
            }

            await Task.WhenAny(Task.Delay(5, stop));
        }
    }
}
