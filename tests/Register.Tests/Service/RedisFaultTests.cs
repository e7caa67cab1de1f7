using Grpc.Core;
using Microservices.Contracts.Register;
using Microservices.Testing;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;

namespace Microservices.Register.Tests.Service;

public sealed class RedisFaultTests
{
    [Fact]
    public async Task Start_WithoutRedis_WaitsSaysSoAndRecovers()
    {
        await using var redis = new RedisServer();
        await using var register = await RunningRegister.OnRedisAsync($"{redis.Endpoint},password=very-secret");

        var (ready, text) = await register.ReadyAsync();
        Assert.False(ready);
        Assert.Contains($"waiting for redis at {redis.Endpoint}: ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("very-secret", text, StringComparison.Ordinal);
        (await Caller.FaultAsync(register.Sessions.LookupAsync(new LookupRequest { App = "default" }))).Is(StatusCode.Unavailable, redis.Endpoint);
        Assert.False((await register.Rooms.ListAsync(new ListRoomsRequest())).Complete);
        using var lease = register.Rooms.Lease();
        await lease.RequestStream.WriteAsync(new LeaseRequest { Open = new OpenLease { Room = TestRoom.Description("r") } });
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => lease.ResponseStream.MoveNext(default))).StatusCode);

        await redis.StartAsync();

        await ReadyAsync(register);
        using var room = await TestRoom.OpenAsync(register.Rooms);
        Assert.Equal(Outcome.Claimed, (await register.ClaimAsync(room, "ann", await register.IssueAsync("ann"))).Outcome);
    }

    [Fact]
    public async Task Start_WithWrongPassword_SaysSoWithoutIt()
    {
        await using var redis = new RedisServer("--requirepass", "right-one");
        await redis.StartAsync();
        await using var register = await RunningRegister.OnRedisAsync($"{redis.Endpoint},password=very-secret");

        var text = "";
        await Eventually.HoldsAsync(async () => (text = (await register.ReadyAsync()).Text).Contains("user or password refused", StringComparison.Ordinal), "it says why", () => text);
        Assert.DoesNotContain("very-secret", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WithPasswordFromFile_Connects()
    {
        await using var redis = new RedisServer("--requirepass", "right-one");
        await redis.StartAsync();
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"{redis.Endpoint},password=right-one\n");

        await using var register = await RunningRegister.StartAsync(("Store:Kind", "redis"), ("Store:Redis:ConfigurationFile", file));

        await ReadyAsync(register);
        File.Delete(file);
    }

    [Fact]
    public async Task Redis_RestartedEmpty_RegisterRecoversAndRoomsClaimAgain()
    {
        await using var redis = new RedisServer();
        await redis.StartAsync();
        await using var register = await RunningRegister.OnRedisAsync(redis.Endpoint, ("Rooms:LeaseTime", "00:01:00"));
        await ReadyAsync(register);
        await register.Apps.PutAsync(new PutAppRequest { App = new App { Name = "shop", Sender = "kept" } });
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var claimed = await register.ClaimAsync(room, "ann", await register.IssueAsync("ann"));

        await redis.KillAsync();
        await Eventually.HoldsAsync(async () => !(await register.ReadyAsync()).Ready, "the register is not ready");
        Assert.Equal(StatusCode.Unavailable, (await Caller.FaultAsync(register.Sessions.LookupAsync(new LookupRequest { App = "default", Users = { "ann" } }))).StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => room.RenewAsync())).StatusCode);
        var meanwhile = await register.Rooms.ListAsync(new ListRoomsRequest());
        Assert.False(meanwhile.Complete);
        Assert.Equal(room.Incarnation, Assert.Single(meanwhile.Rooms).Incarnation);

        await redis.StartAsync();
        await ReadyAsync(register);
        Assert.Equal(room.Incarnation, Assert.Single((await register.Rooms.ListAsync(new ListRoomsRequest())).Rooms).Incarnation);
        using var again = register.Rooms.Lease();
        await again.RequestStream.WriteAsync(new LeaseRequest { Open = new OpenLease { Room = TestRoom.Description("room-1"), Incarnation = room.Incarnation } });
        Assert.True(await again.ResponseStream.MoveNext(default));
        Assert.NotNull(again.ResponseStream.Current.Dead);
        using var reborn = await TestRoom.OpenAsync(register.Rooms);
        var held = new Claim { App = "default", User = "ann", Session = 1, HeldEpoch = claimed.Epoch };

        Assert.Equal(Outcome.Claimed, Assert.Single(await register.ClaimAsync(reborn.Incarnation, held)).Outcome);
        Assert.Equal(claimed.Epoch, Assert.Single(await register.LookupAsync("ann")).Key.Epoch);
        Assert.True(reborn.Incarnation > room.Incarnation);
        Assert.Equal(reborn.Incarnation, Assert.Single((await register.Rooms.ListAsync(new ListRoomsRequest())).Rooms).Incarnation);
        Assert.Equal("kept", (await register.Apps.GetAsync(new GetAppRequest { Name = "shop" })).Sender);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Redis_FrozenForLongerThanALease_KillsNoRoom()
    {
        await using var redis = new RedisServer();
        await redis.StartAsync();
        await using var register = await RunningRegister.OnRedisAsync(redis.Endpoint, ("Rooms:LeaseTime", "00:00:01"), ("Store:Redis:Timeout", "00:00:00.5"));
        await Eventually.HoldsAsync(async () => (await register.Rooms.ListAsync(new ListRoomsRequest())).Complete, "the grace of the start is over");
        using var room = await TestRoom.OpenAsync(register.Rooms);

        redis.Freeze();
        for (var failed = 0; failed < 5; failed++)
        {
            Assert.Equal(StatusCode.Unavailable, (await Caller.FaultAsync(register.Sessions.LookupAsync(new LookupRequest { App = "default", Users = { "ann" } }))).StatusCode);
        }

        redis.Resume();
        await Eventually.HoldsAsync(async () => (await register.ReadyAsync()).Ready, "redis answers again");

        using var again = await TestRoom.OpenAsync(register.Rooms, incarnation: room.Incarnation);
        Assert.Equal(room.Incarnation, again.Incarnation);
        Assert.NotNull((await again.RenewAsync()).Renewed);
    }

    [Fact]
    public async Task Cluster_WithOneMasterGone_FailsOnlyTheClaimsOfItsPartitions()
    {
        await using var cluster = await RedisCluster.StartAsync();
        foreach (var master in cluster.Masters)
        {
            await master.CliAsync("config", "set", "cluster-require-full-coverage", "no");
        }

        await using var register = await RunningRegister.OnRedisAsync(cluster.Endpoints, ("Rooms:LeaseTime", "00:01:00"));
        await ReadyAsync(register);
        using var room = await TestRoom.OpenAsync(register.Rooms);
        var held = Enumerable.Range(0, 300).Select(i => new Claim { App = "default", User = $"user-{i}", Session = (ulong)i, HeldEpoch = 1_000 }).ToArray();
        Assert.All(await register.ClaimAsync(room.Incarnation, held), result => Assert.Equal(Outcome.Claimed, result.Outcome));

        // {rooms} and {apps} live on other masters than the one that dies.
        var kept = await Task.WhenAll(SlotAsync("{rooms}"), SlotAsync("{apps}"));
        var dying = cluster.Masters.Where((_, i) => !kept.Contains(i)).First();
        await dying.KillAsync();

        Claim[] again = [.. held.Select(claim => new Claim(claim) { Session = claim.Session + 1_000 })];
        IReadOnlyList<ClaimResult> results = [];
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    results = await register.ClaimAsync(room.Incarnation, again);
                    return results.Any(result => result.Outcome == Outcome.Unavailable) && results.Any(result => result.Outcome == Outcome.Claimed);
                }
                catch (RpcException fault) when (fault.StatusCode is StatusCode.Unavailable)
                {
                    return false;
                }
            },
            "some claims succeed and some don't",
            () => string.Join(' ', results.GroupBy(result => result.Outcome).Select(group => $"{group.Key}: {group.Count()}")));
        Assert.All(results, result => Assert.True(result.Outcome is Outcome.Claimed or Outcome.Unavailable));

        async Task<int> SlotAsync(string key) =>
            int.Parse(await cluster.Masters[0].CliAsync("cluster", "keyslot", key), System.Globalization.CultureInfo.InvariantCulture) * cluster.Masters.Count / 16_384;
    }

    private static async Task ReadyAsync(RunningRegister register)
    {
        var text = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                (var ready, text) = await register.ReadyAsync();
                return ready;
            },
            "the register is ready",
            () => text);
    }
}
