using Microservices.Fault.Tests.Delivery.Support;

namespace Microservices.Fault.Tests.Delivery;

/// <summary>Redis is killed and comes back with all that it had acknowledged, or with nothing.</summary>
[Trait("Category", "Slow")]
[Collection(FaultCollection.Name)]
public sealed class StoreTests(FaultCluster fixture)
{
    [FaultFact]
    public async Task AppendOnlyStoreKilledAndRestarted_NothingThatWasAcceptedIsLost()
    {
        await using var world = await DeliveryWorld.StartAsync(fixture);
        var redis = world.Cluster.Redis;

        // "everysec" puts writes off while the disk is busy with a flush, and has answered by then.
        await redis.CliAsync("config", "set", "appendonly", "yes", "appendfsync", "always");
        try
        {
            await Eventually.HoldsAsync(
                async () => await redis.CliAsync("info", "persistence") is var said
                    && said.Contains("aof_rewrite_in_progress:0", StringComparison.Ordinal)
                    && said.Contains("aof_rewrite_scheduled:0", StringComparison.Ordinal)
                    && said.Contains("aof_last_bgrewrite_status:ok", StringComparison.Ordinal),
                "the append-only file is written",
                world.State);

            await world.SendWhileAsync(async random =>
            {
                await Task.Delay(random.Next(500, 2_000));
                await redis.KillAsync();
                await Task.Delay(random.Next(1_000));
                await redis.StartAsync("--appendonly", "yes", "--appendfsync", "always");
                await world.Cluster.WaitUntilReadyAsync();
            });

            await world.AssertDeliveredAsync();
        }
        finally
        {
            await redis.CliAsync("config", "set", "appendonly", "no", "appendfsync", "everysec");
        }
    }

    [FaultFact]
    public async Task StoreEmptied_TheEpochRisesAndNewMessagesArriveAtClientsThatStayConnected()
    {
        await using var world = await DeliveryWorld.StartAsync(fixture);
        foreach (var empty in new Func<Task>[] { () => world.Cluster.Redis.CliAsync("flushall"), world.Cluster.Redis.RestartAsync })
        {
            await world.Sender.SendAsync(FaultSizes.Messages / 8, FaultSizes.Rate);
            await world.WaitUntilReceivedAsync();
            await world.WaitUntilNothingIsPendingAsync();
            var latest = world.Addressees.SelectMany(static one => one.Accepted).Max(static message => message.Position.Epoch);
            var before = world.Addressees.Select(static one => one.Accepted.Count).ToArray();

            await empty();
            await world.Cluster.WaitUntilReadyAsync();
            await world.Sender.SendAsync(FaultSizes.Messages / 8, FaultSizes.Rate);

            await world.WaitUntilReceivedAsync();
            world.CheckReceived();
            var since = world.Addressees.SelectMany((one, i) => one.Accepted.Skip(before[i])).ToArray();
            world.Check(since.All(message => message.Position.Epoch > latest), () => $"{since.First(message => message.Position.Epoch <= latest)} is not after epoch {latest}.");
            world.Check(world.Receivers.All(static one => one.Logins == 1), () => $"{world.Receivers.First(static one => one.Logins > 1)} was not left connected.");
            await world.WaitUntilNothingIsPendingAsync();
        }
    }
}
