using Microservices.Contracts.Register;
using Microservices.Register.Tests.Service;
using Microservices.Testing;
using Outcome = Microservices.Contracts.Register.ClaimResult.Types.Outcome;

namespace Microservices.Register.Tests.Rooms;

/// <summary>What rooms and readers see of a store that lost data.</summary>
public sealed class RefillTests
{
    [Fact]
    public async Task Store_Flushed_IsRefilledWhenEveryRoomHasConfirmed()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var register = await OnRedisAsync(redis);
        using var first = await TestRoom.OpenAsync(register.Rooms, "room-1");
        using var second = await TestRoom.OpenAsync(register.Rooms, "room-2");
        var claimed = await register.ClaimAsync(first, "ann", await register.IssueAsync("ann"));
        await RefilledAsync(register, first, second);
        var before = first.Refill;
        using var watch = register.Rooms.Watch(new WatchRoomsRequest());
        await LeaseTests.UntilAsync(watch, list => list.Refilled && list.Refill == before);

        await redis.CliAsync("flushall");

        Assert.NotNull((await first.RenewAsync()).Dead);
        Assert.NotNull((await second.RenewAsync()).Dead);
        using var firstAgain = await TestRoom.OpenAsync(register.Rooms, "room-1");
        using var secondAgain = await TestRoom.OpenAsync(register.Rooms, "room-2");
        Assert.True(firstAgain.Refill > before);
        Assert.Equal(firstAgain.Refill, secondAgain.Refill);
        await firstAgain.RenewAsync();
        var number = secondAgain.Refill;
        for (var seen = new RoomList(); !seen.Complete; seen = await ListAsync(register))
        {
            // The second room is still at it.
            secondAgain.Refill = 0;
            await secondAgain.RenewAsync();
            await firstAgain.RenewAsync();
            Assert.False((await ListAsync(register)).Refilled);
        }

        var held = new Claim { App = "default", User = "ann", Session = 1, HeldEpoch = claimed.Epoch };
        Assert.Equal(Outcome.Claimed, Assert.Single(await register.ClaimAsync(firstAgain.Incarnation, held)).Outcome);
        secondAgain.Refill = number;
        await RefilledAsync(register, firstAgain, secondAgain);
        Assert.Equal(claimed.Epoch, Assert.Single(await register.LookupAsync("ann")).Key.Epoch);
        await LeaseTests.UntilAsync(watch, list => list.Refilled && list.Refill == number);
    }

    [Fact]
    public async Task Store_RestoredFromAnOlderSnapshot_KillsNoRoomAndIsRefilled()
    {
        await using var redis = await RedisServer.StartNewAsync();
        await using var register = await OnRedisAsync(redis);
        using var room = await TestRoom.OpenAsync(register.Rooms, "room-1");
        await RefilledAsync(register, room);
        var before = room.Refill;
        await redis.CliAsync("save");
        var savedAt = await register.App.StoreTimeAsync();

        // The lease that the snapshot holds runs out.
        await Eventually.HoldsAsync(
            async () =>
            {
                await room.RenewAsync();
                return await register.App.StoreTimeAsync() > savedAt + 2_500_000;
            },
            "a lease time passes");
        await redis.RestartAsync();

        using var again = await ReopenedAsync(register, room.Incarnation);
        Assert.Equal(room.Incarnation, again.Incarnation);
        Assert.True(again.Refill > before);
        Assert.False((await ListAsync(register)).Refilled);
        await RefilledAsync(register, again);
        Assert.Equal(room.Incarnation, Assert.Single((await ListAsync(register)).Rooms).Incarnation);
    }

    [Fact]
    public async Task Refill_OfARoomThatNeverConfirms_IsTakenAsDoneAfterSomeTime()
    {
        await using var register = await RunningRegister.StartAsync(("Rooms:LeaseTime", "00:00:01"), ("Rooms:RefillPatience", "00:00:03"));
        using var old = await TestRoom.OpenAsync(register.Rooms, "old");

        await Eventually.HoldsAsync(
            async () =>
            {
                // An older gateway doesn't know of refills.
                old.Refill = 0;
                await old.RenewAsync();
                return (await ListAsync(register)).Refilled;
            },
            "its silence counts");
    }

    [Fact]
    public async Task Lease_HandsOutTheKeysOfResumeTickets()
    {
        await using var register = await RunningRegister.StartAsync(("Resume:RotateEvery", "00:00:01"), ("Resume:KeepKeys", "00:00:30"));
        using var room = await TestRoom.OpenAsync(register.Rooms);
        await Eventually.HoldsAsync(async () => await room.RenewAsync() is not null && room.Keys is { Keys.Count: > 0 }, "the keys are there");
        var first = room.Keys!.Keys[0];
        Assert.Equal(32, first.Secret.Length);

        // A key signs when every room has had the time to hear of it; the former one verifies on.
        await Eventually.HoldsAsync(async () => await room.RenewAsync() is not null && room.Keys!.Keys[0].Id != first.Id, "another key signs");

        Assert.Contains(first, room.Keys!.Keys);
        Assert.Equal(room.Keys.Keys.Count, room.Keys.Keys.DistinctBy(key => key.Id).Count());
    }

    [Fact]
    public async Task Renewed_WithTheSameKeys_DoesNotRepeatThem()
    {
        await using var register = await RunningRegister.StartAsync();
        using var room = await TestRoom.OpenAsync(register.Rooms);
        await Eventually.HoldsAsync(async () => await room.RenewAsync() is not null && room.Keys is { Keys.Count: > 0 }, "the keys are there");

        Assert.Null((await room.RenewAsync()).Renewed.ResumeKeys);
    }

    [Fact]
    public async Task Watch_OfARoomThatDrains_ShowsItUntilItReleases()
    {
        await using var register = await RunningRegister.StartAsync();
        using var watch = register.Rooms.Watch(new WatchRoomsRequest());
        using var room = await TestRoom.OpenAsync(register.Rooms);
        await LeaseTests.UntilAsync(watch, list => list.Rooms is [{ Draining: false }]);

        await room.RenewAsync(draining: true);
        await LeaseTests.UntilAsync(watch, list => list.Rooms is [{ Draining: true }]);
        await room.ReleaseAsync();

        await LeaseTests.UntilAsync(watch, list => list.Rooms.Count == 0);
    }

    private static async Task<RunningRegister> OnRedisAsync(RedisServer redis)
    {
        var register = await RunningRegister.OnRedisAsync(redis.Endpoint);
        await Eventually.HoldsAsync(async () => (await register.ReadyAsync()).Ready, "the register is ready");
        return register;
    }

    private static async Task<RoomList> ListAsync(RunningRegister register) => await register.Rooms.ListAsync(new ListRoomsRequest());

    private static async Task<TestRoom> ReopenedAsync(RunningRegister register, ulong incarnation)
    {
        TestRoom? room = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                try
                {
                    room = await TestRoom.OpenAsync(register.Rooms, "room-1", incarnation);
                    return true;
                }
                catch (Grpc.Core.RpcException fault) when (fault.StatusCode == Grpc.Core.StatusCode.Unavailable)
                {
                    return false;
                }
            },
            "the lease goes on");
        return room!;
    }

    private static Task RefilledAsync(RunningRegister register, params TestRoom[] rooms) => Eventually.HoldsAsync(
        async () =>
        {
            foreach (var room in rooms)
            {
                Assert.NotNull((await room.RenewAsync()).Renewed);
            }

            return (await ListAsync(register)).Refilled;
        },
        "the store is refilled");
}
