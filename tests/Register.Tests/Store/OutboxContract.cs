using Microservices.Contracts;
using Microservices.Contracts.Bus;
using Microservices.Register.Store;
using Kind = Microservices.Contracts.Bus.PresenceEvent.Types.Kind;

namespace Microservices.Register.Tests.Store;

/// <summary>The outbox: its holds, and that nothing leaves it but by them. The store is the class's own, and each test leaves its outbox empty.</summary>
public abstract class OutboxContract(StoreFixture fixture) : SessionStoreContract(fixture)
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);
    private readonly StoreFixture _fixture = fixture;

    [Fact]
    public async Task Take_OfClaims_ReturnsTheirEventsInOrderWithAChain()
    {
        var outbox = await OutboxAsync();
        var (partition, users) = UsersOfOnePartition(3);
        foreach (var user in users)
        {
            await ClaimedAsync(Single(user, device: "phone"));
        }

        var turn = await outbox.TakeAsync(partition, "one", Long, 100, CancellationToken.None);

        Assert.Equal(OutboxState.Taken, turn.State);
        var events = turn.Events.Where(one => one.App == App).ToArray();
        Assert.Equal(users, events.Select(one => one.User));
        Assert.Equal(events[0].Change, events[1].Previous);
        Assert.Equal(events[1].Change, events[2].Previous);
        Assert.Equal(events[2].Change, turn.Through);
        Assert.True(events[0].Change > events[0].Previous && events[1].Change > events[0].Change && events[2].Change > events[1].Change);
        await DrainAsync(outbox, partition, turn);
    }

    [Fact]
    public async Task Take_OfEvent_CarriesWhatIsKnown()
    {
        var outbox = await OutboxAsync();
        var (partition, users) = UsersOfOnePartition(1);
        var epoch = await ClaimedAsync(OnDevice(users[0], "tablet"));

        var turn = await outbox.TakeAsync(partition, "one", Long, 100, CancellationToken.None);

        var read = Assert.Single(turn.Events, one => one.App == App);
        var expected = new PresenceEvent
        {
            Kind = Kind.Online,
            App = App,
            User = users[0],
            Device = "tablet",
            Epoch = epoch,
            Change = read.Change,
            Previous = read.Previous,
            Partition = (uint)partition,
            Incarnation = Room,
            AtUnixMs = read.AtUnixMs,
            NamedDevice = "tablet",
            RemoteAddress = "192.0.2.1:50000",
            ClientVersion = 1100,
            Sdk = "dotnet/0.1 (x)",
            LastSeenUnixMs = read.AtUnixMs,
        };
        Assert.Equal(expected, read);
        Assert.InRange(read.AtUnixMs, (long)(epoch / 1000), (long)(epoch / 1000) + 60_000);
        await DrainAsync(outbox, partition, turn);
    }

    [Fact]
    public async Task Take_WhileSomebodyElseHolds_IsBusyAndTheHolderSeesWhatIsAppended()
    {
        var outbox = await OutboxAsync();
        var (partition, users) = UsersOfOnePartition(2);
        await ClaimedAsync(Single(users[0]));
        var first = await outbox.TakeAsync(partition, "one", Long, 100, CancellationToken.None);
        await ClaimedAsync(Single(users[1]));

        var busy = await outbox.TakeAsync(partition, "two", Long, 100, CancellationToken.None);

        Assert.Equal(OutboxTurn.Busy, busy);
        Assert.True(await outbox.RemoveAsync(partition, first.Fence, first.Through, CancellationToken.None));
        var rest = await outbox.TakeAsync(partition, "one", Long, 100, CancellationToken.None);
        Assert.Equal(first.Fence, rest.Fence);
        Assert.Equal(users[1], Assert.Single(rest.Events, one => one.App == App).User);
        await DrainAsync(outbox, partition, rest);
        Assert.Equal(OutboxState.Empty, (await outbox.TakeAsync(partition, "two", Long, 100, CancellationToken.None)).State);
    }

    [Fact]
    public async Task Take_WhenTheHoldIsOver_IsAnothersAndTheFirstRemovesNothing()
    {
        var outbox = await OutboxAsync();
        var (partition, users) = UsersOfOnePartition(1);
        await ClaimedAsync(Single(users[0]));
        var first = await outbox.TakeAsync(partition, "one", TimeSpan.FromMicroseconds(1), 100, CancellationToken.None);

        var second = await TakenAsync(outbox, partition, "two");

        Assert.True(second.Fence > first.Fence);
        Assert.False(await outbox.RemoveAsync(partition, first.Fence, first.Through, CancellationToken.None));
        Assert.Single((await outbox.TakeAsync(partition, "two", Long, 100, CancellationToken.None)).Events, one => one.App == App);
        await DrainAsync(outbox, partition, second, "two");
    }

    [Fact]
    public async Task Remove_AfterTheHoldIsOverAndNobodyCame_Removes()
    {
        var outbox = await OutboxAsync();
        var (partition, users) = UsersOfOnePartition(1);
        await ClaimedAsync(Single(users[0]));
        var turn = await outbox.TakeAsync(partition, "one", TimeSpan.FromMicroseconds(1), 100, CancellationToken.None);

        Assert.True(await outbox.RemoveAsync(partition, turn.Fence, turn.Through, CancellationToken.None));

        Assert.Equal(OutboxState.Empty, (await outbox.TakeAsync(partition, "one", Long, 100, CancellationToken.None)).State);
        Assert.False(await outbox.RemoveAsync(partition, turn.Fence, turn.Through, CancellationToken.None));
    }

    [Fact]
    public async Task Take_UnderALimit_ReturnsTheOldestAndThroughThem()
    {
        var outbox = await OutboxAsync();
        var (partition, users) = UsersOfOnePartition(5);
        foreach (var user in users)
        {
            await ClaimedAsync(Single(user));
        }

        var first = await outbox.TakeAsync(partition, "one", Long, 2, CancellationToken.None);
        await outbox.RemoveAsync(partition, first.Fence, first.Through, CancellationToken.None);
        var second = await outbox.TakeAsync(partition, "one", Long, 100, CancellationToken.None);

        Assert.Equal(users[..2], first.Events.Select(one => one.User));
        Assert.Equal(first.Events[^1].Change, first.Through);
        Assert.Equal(users[2..], second.Events.Select(one => one.User));
        await DrainAsync(outbox, partition, second);
    }

    [Fact]
    public async Task Pending_NamesThePartitionUntilItIsEmpty()
    {
        var outbox = await OutboxAsync();
        var (partition, users) = UsersOfOnePartition(1);
        Assert.DoesNotContain(partition, await outbox.PendingAsync(CancellationToken.None));
        await ClaimedAsync(Single(users[0]));

        Assert.Contains(partition, await outbox.PendingAsync(CancellationToken.None));

        var turn = await outbox.TakeAsync(partition, "one", Long, 100, CancellationToken.None);
        await DrainAsync(outbox, partition, turn);
        Assert.DoesNotContain(partition, await outbox.PendingAsync(CancellationToken.None));
    }

    private static async Task<OutboxTurn> TakenAsync(IEventOutbox outbox, int partition, string owner)
    {
        var turn = OutboxTurn.Busy;
        await Testing.Eventually.HoldsAsync(
            async () => (turn = await outbox.TakeAsync(partition, owner, Long, 100, CancellationToken.None)).State == OutboxState.Taken, "the hold is over");
        return turn;
    }

    private static async Task DrainAsync(IEventOutbox outbox, int partition, OutboxTurn turn, string owner = "one")
    {
        Assert.True(await outbox.RemoveAsync(partition, turn.Fence, turn.Through, CancellationToken.None));
        Assert.Equal(OutboxTurn.Empty, await outbox.TakeAsync(partition, owner, Long, 100, CancellationToken.None));
    }

    private async Task<IEventOutbox> OutboxAsync() => (await _fixture.StoresAsync()).Outbox;

    private (int Partition, string[] Users) UsersOfOnePartition(int count)
    {
        var partition = Partition.Of(App, "0");
        return (partition, [.. Enumerable.Range(0, int.MaxValue).Select(i => $"{i}").Where(user => Partition.Of(App, user) == partition).Take(count)]);
    }
}

public sealed class OutboxMemoryFixture : MemoryFixture;

public sealed class OutboxRedisFixture : RedisFixture;

public sealed class OutboxClusterFixture : RedisClusterFixture;

public sealed class MemoryOutboxTests(OutboxMemoryFixture fixture) : OutboxContract(fixture), IClassFixture<OutboxMemoryFixture>;

public sealed class RedisOutboxTests(OutboxRedisFixture fixture) : OutboxContract(fixture), IClassFixture<OutboxRedisFixture>;

public sealed class RedisClusterOutboxTests(OutboxClusterFixture fixture) : OutboxContract(fixture), IClassFixture<OutboxClusterFixture>;
