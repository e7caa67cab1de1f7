using System.Globalization;
using Microservices.Register.Store;
using Microservices.Register.Tests.Service;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store;

/// <summary>When the refill number of Redis is raised. Each test has servers of its own.</summary>
public sealed class RedisRefillTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task Number_AfterFlush_IsAHigherOne()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var stores = await ConnectedAsync(redis.Endpoint);
        var before = await NumberAsync(stores);

        await redis.CliAsync("flushall");

        Assert.Equal(0ul, await stores.Rooms.ReadRefillAsync(default));
        var opened = await stores.Rooms.OpenAsync(TestRoom.Description("one"), Long, default);
        Assert.True(opened.Refill > before);
        Assert.Equal(opened.Refill, await NumberAsync(stores));
    }

    [Fact]
    public async Task Number_AfterRestart_IsAHigherOneThatAllRegistersAgreeOn()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var one = await ConnectedAsync(redis.Endpoint);
        await using var other = await ConnectedAsync(redis.Endpoint);
        var before = await NumberAsync(one);
        Assert.Equal(before, await NumberAsync(other));

        await redis.RestartAsync();

        var seen = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => NumberAsync(i % 2 == 0 ? one : other))));
        Assert.True(Assert.Single(seen.Distinct()) > before, string.Join(' ', seen));
    }

    [Fact]
    public async Task Number_AfterRestartFromAnOlderSnapshot_IsAHigherOneAndNoLeaseIsJudgedByTheOld()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var stores = await ConnectedAsync(redis.Endpoint);
        var before = await NumberAsync(stores);
        var kept = await stores.Rooms.OpenAsync(TestRoom.Description("kept"), Short, default);
        await redis.CliAsync("save");
        await stores.Rooms.RenewAsync(kept.Incarnation, default, [], Long, Judgement.None, default);

        await redis.RestartAsync();

        // A register that has not noticed anything may judge for some time yet.
        Judgement stale = new((await SnapshotAsync(stores)).StoreTime + 600_000_000, before);
        var renewed = await stores.Rooms.RenewAsync(kept.Incarnation, default, [], Short, stale, default);
        Assert.True(renewed!.Refill > before);
        Assert.Contains((await stores.Rooms.ReadAsync(stale, default)).Rooms, room => room.Incarnation == kept.Incarnation);
    }

    [Fact]
    public async Task Number_AfterFailoverBackToTheSameProcess_IsAHigherOne()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var stores = await ConnectedAsync(redis.Endpoint);
        var before = await NumberAsync(stores);

        // It was a replica of another server for a moment, and is the master again.
        await redis.CliAsync("replicaof", "127.0.0.1", $"{FreePorts.Take()}");
        await redis.CliAsync("replicaof", "no", "one");

        Assert.True(await NumberAsync(stores) > before);
    }

    [Fact]
    public async Task Number_WhenInfoIsForbidden_ChangesWithTheDataAlone()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await redis.CliAsync("acl", "setuser", "limited", "on", ">secret", "~*", "&*", "+@all", "-info");
        await using var stores = await ConnectedAsync($"{redis.Endpoint},user=limited,password=secret");
        var before = await NumberAsync(stores);
        Assert.Equal(before, await NumberAsync(stores));

        await redis.CliAsync("flushall");

        Assert.True(await NumberAsync(stores) > before);
    }

    [Fact]
    public async Task Number_AfterRestartOfAnotherMasterOfTheCluster_IsAHigherOne()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var one = await ConnectedAsync(cluster.Endpoints);
        await using var other = await ConnectedAsync(cluster.Endpoints);
        var home = int.Parse(await cluster.Masters[0].CliAsync("cluster", "keyslot", "{rooms}"), CultureInfo.InvariantCulture) * cluster.Masters.Count / 16_384;
        var before = await NumberAsync(one);
        await Eventually.HoldsAsync(
            async () =>
            {
                Assert.Equal([before, before], [await NumberAsync(one), await NumberAsync(other)]);
                return (await OthersAsync()).Length > 0;
            },
            "the other masters are known");
        var known = await OthersAsync();

        await cluster.Masters[(home + 1) % cluster.Masters.Count].RestartAsync();

        await Eventually.HoldsAsync(async () => await NumberAsync(one) > before, "the number is raised");
        await Eventually.HoldsAsync(async () => await OthersAsync() != known && await NumberAsync(one) == await NumberAsync(other), "they agree");
        var after = await NumberAsync(one);
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(after, await NumberAsync(i % 2 == 0 ? one : other));
        }

        // The fourth line of what is stored.
        async Task<string> OthersAsync() => (await cluster.Masters[home].CliAsync("get", "{rooms}:refill")).Split('\n') is [_, _, _, var others, ..] ? others : "";
    }

    private static async Task<Stores> ConnectedAsync(string endpoints)
    {
        var stores = await Stores.RedisAsync(endpoints);
        await SnapshotAsync(stores);
        return stores;
    }

    private static async Task<ulong> NumberAsync(Stores stores) => (await SnapshotAsync(stores)).Refill.Number;

    private static async Task<RoomSnapshot> SnapshotAsync(Stores stores)
    {
        RoomSnapshot? snapshot = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    snapshot = await stores.Rooms.ReadAsync(Judgement.None, default);
                    return true;
                }
                catch (StoreUnavailableException)
                {
                    return false;
                }
            },
            "redis answers");
        return snapshot!;
    }
}
