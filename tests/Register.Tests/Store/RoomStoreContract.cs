using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Register.Tests.Service;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store;

/// <summary>Leases.</summary>
public abstract class RoomStoreContract(StoreFixture fixture)
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(1);
    private static RoomLoad NoLoad => default;

    [Fact]
    public async Task Open_GrantsRisingIncarnationsAndListsTheRoom()
    {
        var rooms = await RoomsAsync();

        var first = await rooms.OpenAsync(TestRoom.Description("one"), Long, default);
        var second = await rooms.OpenAsync(TestRoom.Description("two"), Long, default);

        Assert.True(second > first);
        var snapshot = await rooms.ReadAsync(judgeUntil: 0, default);
        Assert.True(snapshot.Highest >= second);
        Assert.Equal(TestRoom.Description("one"), Assert.Single(snapshot.Rooms, room => room.Incarnation == first).Description);
        Assert.True(snapshot.StoreTime > 1_700_000_000_000_000);
    }

    [Fact]
    public async Task Open_Concurrently_GrantsDifferentIncarnations()
    {
        var rooms = await RoomsAsync();

        var granted = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => rooms.OpenAsync(TestRoom.Description($"r{i}"), Long, default))));

        Assert.Equal(50, granted.Distinct().Count());
    }

    [Fact]
    public async Task Renew_StoresTheLoad()
    {
        var rooms = await RoomsAsync();
        var incarnation = await rooms.OpenAsync(TestRoom.Description("one"), Long, default);

        var displaced = await rooms.RenewAsync(incarnation, new RoomLoad(7, 5, Draining: true), [], Long, judgeUntil: 0, default);

        Assert.Empty(displaced!);
        var room = await FindAsync(incarnation);
        Assert.Equal((7u, 5u, true), (room!.Connections, room.Sessions, room.Draining));
    }

    [Fact]
    public async Task Reopen_KeepsIncarnationAndLoadUnderTheNewDescription()
    {
        var rooms = await RoomsAsync();
        var incarnation = await rooms.OpenAsync(TestRoom.Description("one"), Long, default);
        await rooms.RenewAsync(incarnation, new RoomLoad(7, 5, false), [], Long, judgeUntil: 0, default);

        Assert.True(await rooms.ReopenAsync(incarnation, TestRoom.Description("renamed"), Long, judgeUntil: 0, default));

        var room = await FindAsync(incarnation);
        Assert.Equal(("renamed", 7u), (room!.Description.Name, room.Connections));
    }

    [Fact]
    public async Task Release_MakesTheIncarnationDeadForEver()
    {
        var rooms = await RoomsAsync();
        var incarnation = await rooms.OpenAsync(TestRoom.Description("one"), Long, default);

        await rooms.ReleaseAsync(incarnation, default);
        await rooms.ReleaseAsync(incarnation, default);

        Assert.Null(await rooms.RenewAsync(incarnation, NoLoad, [], Long, judgeUntil: 0, default));
        Assert.False(await rooms.ReopenAsync(incarnation, TestRoom.Description("one"), Long, judgeUntil: 0, default));
        Assert.Null(await FindAsync(incarnation));
        Assert.Contains(incarnation, await rooms.DeadAsync(1_000, default));
        await rooms.ForgetDeadAsync(incarnation, default);
        Assert.DoesNotContain(incarnation, await rooms.DeadAsync(1_000, default));
    }

    [Fact]
    public async Task Renew_OfNeverGrantedIncarnation_IsDead()
    {
        var rooms = await RoomsAsync();

        Assert.Null(await rooms.RenewAsync(12_345, NoLoad, [], Long, judgeUntil: 0, default));
        Assert.False(await rooms.ReopenAsync(ulong.MaxValue, TestRoom.Description("one"), Long, judgeUntil: 0, default));
    }

    [Fact]
    public async Task Renew_OfExpiredLeaseByWhoMayNotJudge_RevivesIt()
    {
        var incarnation = await ExpiredAsync();
        var rooms = await RoomsAsync();

        Assert.NotNull(await FindAsync(incarnation));
        Assert.NotNull(await rooms.RenewAsync(incarnation, NoLoad, [], Long, judgeUntil: 0, default));
        Assert.Contains(incarnation, (await rooms.ReadAsync(await SoonAsync(), default)).Rooms.Select(room => room.Incarnation));
    }

    [Fact]
    public async Task Renew_OfExpiredLeaseByWhoMayJudge_IsDeadForEver()
    {
        var incarnation = await ExpiredAsync();
        var rooms = await RoomsAsync();

        Assert.Null(await rooms.RenewAsync(incarnation, NoLoad, [], Long, await SoonAsync(), default));
        Assert.False(await rooms.ReopenAsync(incarnation, TestRoom.Description("one"), Long, judgeUntil: 0, default));
        Assert.Contains(incarnation, await rooms.DeadAsync(1_000, default));
    }

    [Fact]
    public async Task Read_ByWhoMayJudge_BuriesExpiredLeases()
    {
        var incarnation = await ExpiredAsync();
        var rooms = await RoomsAsync();

        Assert.DoesNotContain(incarnation, (await rooms.ReadAsync(await SoonAsync(), default)).Rooms.Select(room => room.Incarnation));
        Assert.False(await rooms.ReopenAsync(incarnation, TestRoom.Description("one"), Long, judgeUntil: 0, default));
    }

    [Fact]
    public async Task Read_WithJudgementOutOfDate_BuriesNothing()
    {
        var incarnation = await ExpiredAsync();
        var rooms = await RoomsAsync();
        var past = (await rooms.ReadAsync(judgeUntil: 0, default)).StoreTime - 1;

        Assert.Contains(incarnation, (await rooms.ReadAsync(past, default)).Rooms.Select(room => room.Incarnation));
        Assert.NotNull(await rooms.RenewAsync(incarnation, NoLoad, [], Long, past, default));
    }

    [Fact]
    public async Task Displace_IsRepeatedUntilClosed()
    {
        var rooms = await RoomsAsync();
        var incarnation = await rooms.OpenAsync(TestRoom.Description("one"), Long, default);
        await rooms.DisplaceAsync([Displaced(incarnation, ulong.MaxValue, 10), Displaced(incarnation, 2, 20)], default);
        await rooms.DisplaceAsync([Displaced(incarnation, 2, 20)], default);

        var told = await rooms.RenewAsync(incarnation, NoLoad, [], Long, judgeUntil: 0, default);
        var again = await rooms.RenewAsync(incarnation, NoLoad, [], Long, judgeUntil: 0, default);
        var closed = new SessionKey { Session = 2, Epoch = 20 };
        var after = await rooms.RenewAsync(incarnation, NoLoad, [closed], Long, judgeUntil: 0, default);

        Assert.Equal([(2ul, 20ul), (ulong.MaxValue, 10ul)], told!.Select(key => (key.Session, key.Epoch)).Order());
        Assert.Equal(2, again!.Count);
        Assert.Equal(ulong.MaxValue, Assert.Single(after!).Session);
    }

    [Fact]
    public async Task Displace_ByARevocation_IsToldWithItsCodeUntilClosed()
    {
        var rooms = await RoomsAsync();
        var incarnation = await rooms.OpenAsync(TestRoom.Description("one"), Long, default);
        await rooms.DisplaceAsync([Displaced(incarnation, 1, 10, code: 4002), Displaced(incarnation, 2, 20)], default);

        var told = await rooms.RenewAsync(incarnation, NoLoad, [], Long, judgeUntil: 0, default);
        var after = await rooms.RenewAsync(incarnation, NoLoad, [.. told!], Long, judgeUntil: 0, default);

        Assert.Equal([(1ul, 4002u), (2ul, 0u)], told!.Select(key => (key.Session, key.Code)).Order());
        Assert.Empty(after!);
    }

    [Fact]
    public async Task Displace_OfMoreThanARenewalHolds_IsToldInTurns()
    {
        var rooms = await RoomsAsync();
        var incarnation = await rooms.OpenAsync(TestRoom.Description("one"), Long, default);
        await rooms.DisplaceAsync([.. Enumerable.Range(1, 1_500).Select(i => Displaced(incarnation, (ulong)i, 1))], default);

        var first = await rooms.RenewAsync(incarnation, NoLoad, [], Long, judgeUntil: 0, default);
        var second = await rooms.RenewAsync(incarnation, NoLoad, [.. first!], Long, judgeUntil: 0, default);

        Assert.Equal((1_000, 500), (first!.Count, second!.Count));
    }

    [Fact]
    public async Task Displace_OfDeadRoom_IsForgotten()
    {
        var rooms = await RoomsAsync();
        var incarnation = await rooms.OpenAsync(TestRoom.Description("one"), Long, default);
        await rooms.ReleaseAsync(incarnation, default);

        await rooms.DisplaceAsync([Displaced(incarnation, 1, 1), Displaced(77, 1, 1)], default);

        Assert.Null(await rooms.RenewAsync(incarnation, NoLoad, [], Long, judgeUntil: 0, default));
    }

    private static DisplacedSession Displaced(ulong incarnation, ulong session, ulong epoch, uint code = 0) => new(0, incarnation, session, epoch, code);

    private async Task<IRoomStore> RoomsAsync() => (await fixture.StoresAsync()).Rooms;

    private async Task<Room?> FindAsync(ulong incarnation) =>
        (await (await RoomsAsync()).ReadAsync(judgeUntil: 0, default)).Rooms.SingleOrDefault(room => room.Incarnation == incarnation);

    private async Task<long> SoonAsync() => (await (await RoomsAsync()).ReadAsync(judgeUntil: 0, default)).StoreTime + 60_000_000;

    private async Task<ulong> ExpiredAsync()
    {
        var rooms = await RoomsAsync();
        var incarnation = await rooms.OpenAsync(TestRoom.Description("one"), Short, default);
        var granted = (await rooms.ReadAsync(judgeUntil: 0, default)).StoreTime;
        await Eventually.HoldsAsync(
            async () => (await rooms.ReadAsync(judgeUntil: 0, default)).StoreTime > granted + 2_000, "the store's clock passes the lease");
        return incarnation;
    }
}

public sealed class MemoryRoomTests(MemoryFixture fixture) : RoomStoreContract(fixture);

public sealed class RedisRoomTests(RedisFixture fixture) : RoomStoreContract(fixture);

public sealed class RedisClusterRoomTests(RedisClusterFixture fixture) : RoomStoreContract(fixture);
