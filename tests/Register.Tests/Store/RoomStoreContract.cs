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

        var first = (await rooms.OpenAsync(TestRoom.Description("one"), Long, default)).Incarnation;
        var second = (await rooms.OpenAsync(TestRoom.Description("two"), Long, default)).Incarnation;

        Assert.True(second > first);
        var snapshot = await rooms.ReadAsync(Judgement.None, default);
        Assert.True(snapshot.Highest >= second);
        Assert.Equal(TestRoom.Description("one"), Assert.Single(snapshot.Rooms, room => room.Incarnation == first).Description);
        Assert.True(snapshot.StoreTime > 1_700_000_000_000_000);
    }

    [Fact]
    public async Task Open_Concurrently_GrantsDifferentIncarnations()
    {
        var rooms = await RoomsAsync();

        var granted = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => rooms.OpenAsync(TestRoom.Description($"r{i}"), Long, default))));

        Assert.Equal(50, granted.DistinctBy(grant => grant.Incarnation).Count());
    }

    [Fact]
    public async Task Renew_StoresTheLoad()
    {
        var rooms = await RoomsAsync();
        var incarnation = (await rooms.OpenAsync(TestRoom.Description("one"), Long, default)).Incarnation;

        var displaced = await rooms.RenewAsync(incarnation, new RoomLoad(7, 5, Draining: true), [], Long, Judgement.None, default);

        Assert.Empty(displaced!.Displaced);
        var room = await FindAsync(incarnation);
        Assert.Equal((7u, 5u, true), (room!.Connections, room.Sessions, room.Draining));
    }

    [Fact]
    public async Task Reopen_KeepsIncarnationAndLoadUnderTheNewDescription()
    {
        var rooms = await RoomsAsync();
        var incarnation = (await rooms.OpenAsync(TestRoom.Description("one"), Long, default)).Incarnation;
        await rooms.RenewAsync(incarnation, new RoomLoad(7, 5, false), [], Long, Judgement.None, default);

        Assert.Equal(incarnation, (await rooms.ReopenAsync(incarnation, TestRoom.Description("renamed"), Long, Judgement.None, default))?.Incarnation);

        var room = await FindAsync(incarnation);
        Assert.Equal(("renamed", 7u), (room!.Description.Name, room.Connections));
    }

    [Fact]
    public async Task Release_MakesTheIncarnationDeadForEver()
    {
        var rooms = await RoomsAsync();
        var incarnation = (await rooms.OpenAsync(TestRoom.Description("one"), Long, default)).Incarnation;

        await rooms.ReleaseAsync(incarnation, default);
        await rooms.ReleaseAsync(incarnation, default);

        Assert.Null(await rooms.RenewAsync(incarnation, NoLoad, [], Long, Judgement.None, default));
        Assert.Null(await rooms.ReopenAsync(incarnation, TestRoom.Description("one"), Long, Judgement.None, default));
        Assert.Null(await FindAsync(incarnation));
        Assert.False(await rooms.ForgetDeadAsync(incarnation, Long, default));
        Assert.Contains(incarnation, await rooms.DeadAsync(1_000, default));
        Assert.True(await rooms.ForgetDeadAsync(incarnation, TimeSpan.Zero, default));
        Assert.DoesNotContain(incarnation, await rooms.DeadAsync(1_000, default));
    }

    [Fact]
    public async Task Renew_OfNeverGrantedIncarnation_IsDead()
    {
        var rooms = await RoomsAsync();

        Assert.Null(await rooms.RenewAsync(12_345, NoLoad, [], Long, Judgement.None, default));
        Assert.Null(await rooms.ReopenAsync(ulong.MaxValue, TestRoom.Description("one"), Long, Judgement.None, default));
    }

    [Fact]
    public async Task Renew_OfExpiredLeaseByWhoMayNotJudge_RevivesIt()
    {
        var incarnation = await ExpiredAsync();
        var rooms = await RoomsAsync();

        Assert.NotNull(await FindAsync(incarnation));
        Assert.NotNull(await rooms.RenewAsync(incarnation, NoLoad, [], Long, Judgement.None, default));
        Assert.Contains(incarnation, (await rooms.ReadAsync(await SoonAsync(), default)).Rooms.Select(room => room.Incarnation));
    }

    [Fact]
    public async Task Renew_OfExpiredLeaseByWhoMayJudge_IsDeadForEver()
    {
        var incarnation = await ExpiredAsync();
        var rooms = await RoomsAsync();

        Assert.Null(await rooms.RenewAsync(incarnation, NoLoad, [], Long, await SoonAsync(), default));
        Assert.Null(await rooms.ReopenAsync(incarnation, TestRoom.Description("one"), Long, Judgement.None, default));
        Assert.Contains(incarnation, await rooms.DeadAsync(1_000, default));
    }

    [Fact]
    public async Task Read_ByWhoMayJudge_BuriesExpiredLeases()
    {
        var incarnation = await ExpiredAsync();
        var rooms = await RoomsAsync();

        Assert.DoesNotContain(incarnation, (await rooms.ReadAsync(await SoonAsync(), default)).Rooms.Select(room => room.Incarnation));
        Assert.Null(await rooms.ReopenAsync(incarnation, TestRoom.Description("one"), Long, Judgement.None, default));
    }

    [Fact]
    public async Task Read_WithJudgementOutOfDate_BuriesNothing()
    {
        var incarnation = await ExpiredAsync();
        var rooms = await RoomsAsync();
        var now = await rooms.ReadAsync(Judgement.None, default);
        var past = new Judgement(now.StoreTime - 1, now.Refill.Number);

        Assert.Contains(incarnation, (await rooms.ReadAsync(past, default)).Rooms.Select(room => room.Incarnation));
        Assert.NotNull(await rooms.RenewAsync(incarnation, NoLoad, [], Long, past, default));
    }

    [Fact]
    public async Task Read_WithTheJudgementOfAnotherRefill_BuriesNothing()
    {
        var incarnation = await ExpiredAsync();
        var rooms = await RoomsAsync();
        var soon = await SoonAsync();
        var before = soon with { Refill = soon.Refill - 1 };

        Assert.Contains(incarnation, (await rooms.ReadAsync(before, default)).Rooms.Select(room => room.Incarnation));
        Assert.NotNull(await rooms.RenewAsync(incarnation, NoLoad, [], Long, before, default));
    }

    [Fact]
    public async Task Refill_WhileNothingHappensToTheStore_StaysTheSameInEveryAnswer()
    {
        var rooms = await RoomsAsync();

        var granted = await rooms.OpenAsync(TestRoom.Description("one"), Long, default);
        var renewed = await rooms.RenewAsync(granted.Incarnation, NoLoad, [], Long, Judgement.None, default);
        var reopened = await rooms.ReopenAsync(granted.Incarnation, TestRoom.Description("one"), Long, Judgement.None, default);
        var read = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => rooms.ReadAsync(Judgement.None, default))));

        Assert.NotEqual(0ul, granted.Refill);
        Assert.Equal([granted.Refill, granted.Refill], [renewed!.Refill, reopened!.Refill]);
        Assert.All(read, snapshot => Assert.Equal(granted.Refill, snapshot.Refill.Number));
        Assert.Equal(granted.Refill, await rooms.ReadRefillAsync(default));
        Assert.All(read, snapshot => Assert.InRange(snapshot.Refill.Since, 1, snapshot.StoreTime));
    }

    [Fact]
    public async Task Renew_KeepsTheRefillThatTheRoomHasFinished()
    {
        var rooms = await RoomsAsync();
        var incarnation = (await rooms.OpenAsync(TestRoom.Description("one"), Long, default)).Incarnation;
        Assert.Equal(0ul, (await rooms.ReadAsync(Judgement.None, default)).Refilled[incarnation]);

        await rooms.RenewAsync(incarnation, new RoomLoad(1, 1, false, Refilled: 1_754_000_000_000_001), [], Long, Judgement.None, default);

        Assert.Equal(1_754_000_000_000_001ul, (await rooms.ReadAsync(Judgement.None, default)).Refilled[incarnation]);
    }

    [Fact]
    public async Task TakeDead_BySeveralSweepers_GivesEachAnother()
    {
        var rooms = await RoomsAsync();
        HashSet<ulong> mine = [];
        for (var i = 0; i < 20; i++)
        {
            var incarnation = (await rooms.OpenAsync(TestRoom.Description($"dead-{i}"), Long, default)).Incarnation;
            await rooms.ReleaseAsync(incarnation, default);
            mine.Add(incarnation);
        }

        // Tests beside this one have dead rooms too.
        List<ulong> taken = [];
        while (!mine.IsSubsetOf(taken))
        {
            var batch = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => rooms.TakeDeadAsync($"sweeper-{i}", Long, default))));
            Assert.Contains(batch, incarnation => incarnation != 0);
            taken.AddRange(batch.Where(incarnation => incarnation != 0));
        }

        Assert.Equal(taken.Count, taken.Distinct().Count());
    }

    [Fact]
    public async Task TakeDead_WhenTheHoldIsOver_GivesItToAnother()
    {
        var rooms = await RoomsAsync();
        var incarnation = (await rooms.OpenAsync(TestRoom.Description("dead"), Long, default)).Incarnation;
        await rooms.ReleaseAsync(incarnation, default);
        while (await rooms.TakeDeadAsync("one", Short, default) is var taken && taken != incarnation)
        {
            Assert.NotEqual(0ul, taken);
            await rooms.HoldDeadAsync(taken, "one", Long, default);
        }

        await Eventually.HoldsAsync(async () => await rooms.TakeDeadAsync("other", Long, default) == incarnation, "the other gets it");

        Assert.False(await rooms.HoldDeadAsync(incarnation, "one", Long, default));
        Assert.True(await rooms.HoldDeadAsync(incarnation, "other", Long, default));
        Assert.True(await rooms.ForgetDeadAsync(incarnation, TimeSpan.Zero, default));
        Assert.False(await rooms.HoldDeadAsync(incarnation, "other", Long, default));
    }

    [Fact]
    public async Task Displace_IsRepeatedUntilClosed()
    {
        var rooms = await RoomsAsync();
        var incarnation = (await rooms.OpenAsync(TestRoom.Description("one"), Long, default)).Incarnation;
        await rooms.DisplaceAsync([Displaced(incarnation, ulong.MaxValue, 10), Displaced(incarnation, 2, 20)], default);
        await rooms.DisplaceAsync([Displaced(incarnation, 2, 20)], default);

        var told = await rooms.RenewAsync(incarnation, NoLoad, [], Long, Judgement.None, default);
        var again = await rooms.RenewAsync(incarnation, NoLoad, [], Long, Judgement.None, default);
        var closed = new SessionKey { Session = 2, Epoch = 20 };
        var after = await rooms.RenewAsync(incarnation, NoLoad, [closed], Long, Judgement.None, default);

        Assert.Equal([(2ul, 20ul), (ulong.MaxValue, 10ul)], told!.Displaced.Select(key => (key.Session, key.Epoch)).Order());
        Assert.Equal(2, again!.Displaced.Count);
        Assert.Equal(ulong.MaxValue, Assert.Single(after!.Displaced).Session);
    }

    [Fact]
    public async Task Displace_ByARevocation_IsToldWithItsCodeUntilClosed()
    {
        var rooms = await RoomsAsync();
        var incarnation = (await rooms.OpenAsync(TestRoom.Description("one"), Long, default)).Incarnation;
        await rooms.DisplaceAsync([Displaced(incarnation, 1, 10, code: 4002), Displaced(incarnation, 2, 20)], default);

        var told = await rooms.RenewAsync(incarnation, NoLoad, [], Long, Judgement.None, default);
        var after = await rooms.RenewAsync(incarnation, NoLoad, [.. told!.Displaced], Long, Judgement.None, default);

        Assert.Equal([(1ul, 4002u), (2ul, 0u)], told!.Displaced.Select(key => (key.Session, key.Code)).Order());
        Assert.Empty(after!.Displaced);
    }

    [Fact]
    public async Task Displace_OfMoreThanARenewalHolds_IsToldInTurns()
    {
        var rooms = await RoomsAsync();
        var incarnation = (await rooms.OpenAsync(TestRoom.Description("one"), Long, default)).Incarnation;
        await rooms.DisplaceAsync([.. Enumerable.Range(1, 1_500).Select(i => Displaced(incarnation, (ulong)i, 1))], default);

        var first = await rooms.RenewAsync(incarnation, NoLoad, [], Long, Judgement.None, default);
        var second = await rooms.RenewAsync(incarnation, NoLoad, [.. first!.Displaced], Long, Judgement.None, default);

        Assert.Equal((1_000, 500), (first!.Displaced.Count, second!.Displaced.Count));
    }

    [Fact]
    public async Task Displace_OfDeadRoom_IsForgotten()
    {
        var rooms = await RoomsAsync();
        var incarnation = (await rooms.OpenAsync(TestRoom.Description("one"), Long, default)).Incarnation;
        await rooms.ReleaseAsync(incarnation, default);

        await rooms.DisplaceAsync([Displaced(incarnation, 1, 1), Displaced(77, 1, 1)], default);

        Assert.Null(await rooms.RenewAsync(incarnation, NoLoad, [], Long, Judgement.None, default));
    }

    private static DisplacedSession Displaced(ulong incarnation, ulong session, ulong epoch, uint code = 0) => new(0, incarnation, session, epoch, code);

    private async Task<IRoomStore> RoomsAsync() => (await fixture.StoresAsync()).Rooms;

    private async Task<Room?> FindAsync(ulong incarnation) =>
        (await (await RoomsAsync()).ReadAsync(Judgement.None, default)).Rooms.SingleOrDefault(room => room.Incarnation == incarnation);

    private async Task<Judgement> SoonAsync()
    {
        var now = await (await RoomsAsync()).ReadAsync(Judgement.None, default);
        return new Judgement(now.StoreTime + 60_000_000, now.Refill.Number);
    }

    private async Task<ulong> ExpiredAsync()
    {
        var rooms = await RoomsAsync();
        var incarnation = (await rooms.OpenAsync(TestRoom.Description("one"), Short, default)).Incarnation;
        var granted = (await rooms.ReadAsync(Judgement.None, default)).StoreTime;
        await Eventually.HoldsAsync(
            async () => (await rooms.ReadAsync(Judgement.None, default)).StoreTime > granted + 2_000, "the store's clock passes the lease");
        return incarnation;
    }
}

public sealed class MemoryRoomTests(MemoryFixture fixture) : RoomStoreContract(fixture);

public sealed class RedisRoomTests(RedisFixture fixture) : RoomStoreContract(fixture);

public sealed class RedisClusterRoomTests(RedisClusterFixture fixture) : RoomStoreContract(fixture);
