using Microservices.Contracts.Register;
using Microservices.Register.Tests.Rooms;
using Microservices.Testing;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;

namespace Microservices.Register.Tests.Service;

/// <summary>Registers side by side on one Redis: any of them serves any room.</summary>
public sealed class TwoRegistersTests : IAsyncLifetime
{
    private readonly RedisServer _redis = new();
    private RunningRegister _one = null!;
    private RunningRegister _other = null!;

    public async ValueTask InitializeAsync()
    {
        await _redis.StartAsync();
        _one = await RunningRegister.OnRedisAsync(_redis.Endpoint);
        _other = await RunningRegister.OnRedisAsync(_redis.Endpoint);
        foreach (var register in new[] { _one, _other })
        {
            await Eventually.HoldsAsync(async () => (await register.ReadyAsync()).Ready, "the register is ready");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _other.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Lease_AfterBrokenStream_GoesOnAtTheOtherRegister()
    {
        var broken = await TestRoom.OpenAsync(_one.Rooms);
        var token = await _one.IssueAsync("ann");
        var claimed = await _one.ClaimAsync(broken, "ann", token);
        broken.Dispose();

        using var room = await TestRoom.OpenAsync(_other.Rooms, incarnation: broken.Incarnation);

        Assert.Equal(broken.Incarnation, room.Incarnation);
        Assert.NotNull((await room.RenewAsync()).Renewed);
        Assert.Equal(claimed.Epoch, Assert.Single(await _other.LookupAsync("ann")).Key.Epoch);
    }

    [Fact]
    public async Task Claim_AtTheOtherRegister_IsToldThroughTheFirst()
    {
        using var first = await TestRoom.OpenAsync(_one.Rooms, "room-1");
        using var second = await TestRoom.OpenAsync(_other.Rooms, "room-2");
        var token = await _one.IssueAsync("ann");
        var old = await _one.ClaimAsync(first, "ann", token);

        var claimed = await _other.ClaimAsync(second, "ann", token);

        Assert.Equal("room-1", claimed.Displaced.Room);
        Assert.Equal(old.Epoch, Assert.Single((await first.RenewAsync()).Renewed.Displaced).Epoch);
        Assert.Equal("room-2", Assert.Single(await _one.LookupAsync("ann")).Room);
    }

    [Fact]
    public async Task Claim_UnderLeaseOpenedAMomentAgo_IsSeenAtOnceByTheOther()
    {
        for (var i = 0; i < 20; i++)
        {
            using var room = await TestRoom.OpenAsync(_one.Rooms, $"room-{i}");
            var token = await _other.IssueAsync($"user-{i}");

            Assert.Equal(Outcome.Claimed, (await _other.ClaimAsync(room, $"user-{i}", token)).Outcome);
            Assert.Equal($"room-{i}", Assert.Single(await _one.LookupAsync($"user-{i}")).Room);
        }
    }

    [Fact]
    public async Task Put_ReachesWatchersOfTheOtherRegister()
    {
        using var watch = _other.Apps.Watch(new WatchAppsRequest());
        Assert.True(await watch.ResponseStream.MoveNext(default));

        var put = (await _one.Apps.PutAsync(new PutAppRequest { App = new App { Name = "shop" } })).App;

        Assert.True(await watch.ResponseStream.MoveNext(default));
        Assert.Equal(put, Assert.Single(watch.ResponseStream.Current.Apps));
    }

    [Fact]
    public async Task Watch_OfRooms_SeesThoseOfTheOtherRegister()
    {
        using var watch = _other.Rooms.Watch(new WatchRoomsRequest());
        using var room = await TestRoom.OpenAsync(_one.Rooms, "seen-by-the-other");

        await LeaseTests.UntilAsync(watch, list => list.Rooms.Any(one => one.Description.Name == "seen-by-the-other"));
        await room.ReleaseAsync();
        await LeaseTests.UntilAsync(watch, list => list.Rooms.Count == 0);
    }

    [Fact]
    public async Task Revoke_WhileClaimsRun_LeavesNobodyLoggedInWithTheOldToken()
    {
        using var room = await TestRoom.OpenAsync(_one.Rooms);
        for (var round = 0; round < 30; round++)
        {
            var user = $"user-{round}";
            var token = await _one.IssueAsync(user);
            var claims = Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? _one : _other).ClaimAsync(room, user, token, (ulong)i)).ToArray();

            await _other.Tokens.RevokeAsync(new RevokeTokenRequest { App = "default", User = user });

            var outcomes = (await Task.WhenAll(claims)).Select(result => result.Outcome);
            Assert.All(outcomes, outcome => Assert.True(outcome is Outcome.Claimed or Outcome.WrongToken, outcome.ToString()));
            Assert.Empty(await _one.LookupAsync(user));
        }
    }
}
