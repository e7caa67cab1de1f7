using System.Globalization;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store;

/// <summary>What holds the outbox in Redis when nobody publishes, and when somebody else wrote into it.</summary>
public sealed class RedisOutboxLimitTests(OutboxRedisFixture fixture) : IClassFixture<OutboxRedisFixture>
{
    [Fact]
    public async Task Append_ToAFullOutbox_LosesTheOldestAndTheChainShowsIt()
    {
        var stores = await fixture.StoresAsync();
        var key = $"{{p{Partition.Of("full", "ann"):D4}}}:events";
        await ClaimAsync(stores, "full");
        await fixture.CliAsync(
            "eval", "for i = 1, ARGV[1] - 1 do redis.call('ZADD', KEYS[1], i, 'event ' .. i) end", "1", key, OutboxTurn.MaxEvents.ToString(CultureInfo.InvariantCulture));

        await ClaimAsync(stores, "full");

        Assert.Equal(OutboxTurn.MaxEvents.ToString(CultureInfo.InvariantCulture), await fixture.CliAsync("zcard", key));
        Assert.Equal("event 3\n3", await fixture.CliAsync("zrange", key, "0", "0", "withscores"));
    }

    [Fact]
    public async Task Take_OfUnreadableEvents_LeavesThemOutAndGoesPastThem()
    {
        var stores = await fixture.StoresAsync();
        var partition = Partition.Of("odd", "ann");
        await fixture.CliAsync("zadd", $"{{p{partition:D4}}}:events", "5", "garbage", "6", "1\n1\nx\n\n\n\n\n\n\n\n\n\n\n\n");

        var turn = await stores.Outbox.TakeAsync(partition, "one", TimeSpan.FromMinutes(1), 10, CancellationToken.None);

        Assert.Equal((OutboxState.Taken, 0, 6ul), (turn.State, turn.Events.Count, turn.Through));
        Assert.True(await stores.Outbox.RemoveAsync(partition, turn.Fence, turn.Through, CancellationToken.None));
        Assert.Equal(OutboxState.Empty, (await stores.Outbox.TakeAsync(partition, "one", TimeSpan.FromMinutes(1), 10, CancellationToken.None)).State);
    }

    private static Task<ClaimBatch> ClaimAsync(Stores stores, string app) => stores.Sessions.ClaimAsync(
        [
            new SessionClaim(
                new Session { App = app, User = "ann", Key = new SessionKey { Session = (ulong)Random.Shared.NextInt64() }, Incarnation = 5 }, PerDevice: false),
        ],
        CancellationToken.None);
}
