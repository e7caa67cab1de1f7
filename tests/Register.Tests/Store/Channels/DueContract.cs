using Microservices.Contracts;
using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store.Channels;

/// <summary>
/// Inboxes that are due. Whoever takes what is due takes it from every test that shares the store: only the tests of this class have messages that become due soon,
/// and they run one after the other.
/// </summary>
public abstract class DueContract(StoreFixture fixture) : ChannelContract(fixture)
{
    private static readonly AppendRules Soon = Plenty with { AckTimeout = TimeSpan.FromMilliseconds(1) };

    [Fact]
    public async Task TakeDue_BeforeTheAckTimeout_TakesNothing()
    {
        await LoginAsync("ann");
        await KeptAsync("ann", "1");

        Assert.Empty(await TakeAsync("ann"));
    }

    [Fact]
    public async Task TakeDue_AfterTheAckTimeout_TellsTheHeadAndTheSessions()
    {
        var epoch = await LoginAsync("ann");
        await KeptAsync("ann", "1", rules: Soon);
        var head = await KeptAsync("ann", "2", rules: Plenty);

        var due = Assert.Single(await TakenAsync("ann"));

        Assert.Equal((App, "ann", head), (due.App, due.User, due.Head));
        Assert.Equal(epoch, Assert.Single(due.Sessions).Key.Epoch);
    }

    [Fact]
    public async Task TakeDue_OfTakenInbox_GivesItToNobodyElseBeforeAgain()
    {
        await LoginAsync("ann");
        await KeptAsync("ann", "1", rules: Soon);
        await TakenAsync("ann");

        Assert.Empty(await TakeAsync("ann"));
    }

    [Fact]
    public async Task TakeDue_Concurrently_GivesEachInboxOnce()
    {
        var users = UsersOfOnePartition(20);
        foreach (var user in users)
        {
            await LoginAsync(user);
            await KeptAsync(user, "1", rules: Soon);
        }

        await PassMomentAsync();
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(TakeAllAsync)));

        Assert.Equal(users.Order(StringComparer.Ordinal), taken.SelectMany(static one => one).Order(StringComparer.Ordinal));

        async Task<List<string>> TakeAllAsync()
        {
            List<string> mine = [];
            while (await TakeAsync(users[0], limit: 3) is { Count: > 0 } due)
            {
                mine.AddRange(due.Select(static one => one.User));
            }

            return mine;
        }
    }

    [Fact]
    public async Task TakeDue_AfterAgain_TakesItOnceMore()
    {
        await LoginAsync("ann");
        await KeptAsync("ann", "1", rules: Soon);

        await TakenAsync("ann", again: Moment);
        await TakenAsync("ann", again: Long);

        Assert.Empty(await TakeAsync("ann"));
    }

    [Fact]
    public async Task TakeDue_OfInboxThatWasAcknowledged_TakesNothing()
    {
        await LoginAsync("ann");
        var first = await KeptAsync("ann", "1", rules: Soon);
        await AckAsync("ann", first);
        var second = await KeptAsync("bob", "1", rules: Soon);

        Assert.Single(await TakenAsync("bob"));

        Assert.True(second > first);
        Assert.Empty(await TakeAsync("ann"));
    }

    [Fact]
    public async Task TakeDue_OfInboxThatWasAcknowledgedInPart_TakesIt()
    {
        await LoginAsync("ann");
        var first = await KeptAsync("ann", "1", rules: Soon);
        await KeptAsync("ann", "2", rules: Soon);
        await AckAsync("ann", first);

        Assert.Single(await TakenAsync("ann"));
    }

    [Fact]
    public async Task TakeDue_WithoutSessions_IsDueAgainWhenTheFirstExpires()
    {
        await KeptAsync("ann", "1", rules: Soon);

        Assert.Empty(Assert.Single(await TakenAsync("ann", again: Moment)).Sessions);

        await PassMomentAsync();
        Assert.Empty(await TakeAsync("ann", again: Moment));
    }

    [Fact]
    public async Task TakeDue_OfUserWhoCameAndGotAnother_IsDueAfterTheAckTimeoutOfThatOne()
    {
        await KeptAsync("ann", "1", rules: Soon);
        await TakenAsync("ann");
        await LoginAsync("ann");

        await KeptAsync("ann", "2", rules: Soon);

        Assert.Single(Assert.Single(await TakenAsync("ann")).Sessions);
    }

    [Fact]
    public async Task TakeDue_OfExpiredEntries_TakesThemOutOfTheLog()
    {
        await KeptAsync("ann", "1", timeToLive: Moment, rules: Soon);
        var bytes = (await InspectAsync("ann")).Bytes;

        await Eventually.HoldsAsync(
            async () => (await TakeAsync("ann")) is not null && (await LedgerAsync("ann")).Expired == 1, "it has expired");

        Assert.Equal(1, bytes);
        Assert.Equal((0, 0), (await InspectAsync("ann")) is var inbox ? (inbox.Messages, inbox.Bytes) : default);
        Assert.Empty(await TakeAsync("ann"));
    }

    [Fact]
    public async Task TakeDue_OfExpiredInTheMiddle_TakesThemOutAndTellsOfTheRest()
    {
        await LoginAsync("ann");
        await KeptAsync("ann", "1");
        await ExpiredAsync("ann", "2");
        var head = await KeptAsync("ann", "3", rules: Soon);

        var due = Assert.Single(await TakenAsync("ann"));

        Assert.Equal(head, due.Head);
        Assert.Equal(2, (await InspectAsync("ann")).Messages);
        var ledger = await LedgerAsync("ann");
        Assert.Equal((3, 1, 2), (ledger.Accepted, ledger.Expired, ledger.Pending));
        Assert.Equal(["1", "3"], (await ReadAsync("ann")).Texts());
    }

    [Fact]
    public async Task TakeDue_WithLimit_LeavesTheRestForTheNext()
    {
        var users = UsersOfOnePartition(5);
        foreach (var user in users)
        {
            await KeptAsync(user, "1", rules: Soon);
        }

        await PassMomentAsync();
        List<int> counts = [];
        List<string> taken = [];
        while (taken.Count < 5)
        {
            var due = await TakeAsync(users[0], limit: 2);
            Assert.InRange(due.Count, 0, 2);
            counts.Add(due.Count);
            taken.AddRange(due.Select(static one => one.User));
        }

        Assert.Equal(users.Order(StringComparer.Ordinal), taken.Order(StringComparer.Ordinal));
        Assert.True(counts.Count >= 3);
    }

    [Fact]
    public async Task TakeDue_OfAnotherPartition_TakesNothing()
    {
        await KeptAsync("ann", "1", rules: Soon);
        await PassMomentAsync();
        var other = (Partition.Of(App, "ann") + 1) % Partition.Count;

        Assert.DoesNotContain(await (await ChannelsAsync()).TakeDueAsync(other, 100, Long, default), due => due.App == App && due.User == "ann");
        Assert.Single(await TakenAsync("ann"));
    }

    private async Task<IReadOnlyList<DueInbox>> TakeAsync(string user, int limit = 100, TimeSpan? again = null) =>
        [.. (await (await ChannelsAsync()).TakeDueAsync(Partition.Of(App, user), limit, again ?? Long, default)).Where(due => due.App == App)];

    /// <summary>Waits until the user's inbox is due, and takes it.</summary>
    private async Task<IReadOnlyList<DueInbox>> TakenAsync(string user, TimeSpan? again = null)
    {
        IReadOnlyList<DueInbox> taken = [];
        await Eventually.HoldsAsync(async () => (taken = await TakeAsync(user, again: again)).Count > 0, "it is due");
        return taken;
    }
}

public sealed class MemoryDueTests(MemoryFixture fixture) : DueContract(fixture);

public sealed class SqliteDueTests(SqliteFixture fixture) : DueContract(fixture);

public sealed class RedisDueTests(RedisFixture fixture) : DueContract(fixture);

public sealed class RedisClusterDueTests(RedisClusterFixture fixture) : DueContract(fixture);
