using Microservices.Contracts;
using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store.Channels;

/// <summary>Lists of dead letters, and what is kept of an inbox.</summary>
public abstract class DeadLetterContract(StoreFixture fixture) : ChannelContract(fixture)
{
    [Fact]
    public async Task DeadLetters_OfUser_ComeInPagesInTheirOrder()
    {
        await GiveUpAsync("ann", "1", "2", "3", "4", "5");
        await GiveUpAsync("bob", "b");

        var (pages, letters) = await ListAsync("ann", DeadLetterCursor.Start, 2);

        Assert.Equal(["1", "2", "3", "4", "5"], letters.Select(static letter => letter.Entry.Text()));
        Assert.Equal(3, pages);
        Assert.All(letters, static letter => Assert.Equal("ann", letter.User));
    }

    [Fact]
    public async Task DeadLetters_OfOneEntryByTwoReaders_AreBothListed()
    {
        await OpenAsync("ann", "phone");
        await OpenAsync("ann", "tablet");
        var position = await KeptAsync("ann", "1");
        foreach (var device in new[] { "tablet", "phone" })
        {
            await OpenAsync("ann", device, maxAttempts: 1, minDeadAge: TimeSpan.Zero);
            await OpenAsync("ann", device, maxAttempts: 1, minDeadAge: TimeSpan.Zero);
        }

        var (_, letters) = await ListAsync("ann", DeadLetterCursor.Start, 1);

        Assert.Equal([("tablet", position), ("phone", position)], letters.Select(static letter => (letter.Device, letter.Entry.Position)));
        Assert.Equal(1, (await LedgerAsync("ann")).Dead);
    }

    [Fact]
    public async Task DeadLetters_OfAPartition_AreThoseOfAllItsUsersOfTheApp()
    {
        const int Of = 11;
        var users = UsersOfOnePartition(3, Of);
        foreach (var user in users)
        {
            await GiveUpAsync(user, $"{user} 1", $"{user} 2", $"{user} 3");
        }

        await GiveUpAsync(UsersOfOnePartition(1, Of + 1)[0], "of another partition");

        var (_, letters) = await ListAsync(user: null, DeadLetterCursor.Start with { Partition = Of }, 2);

        Assert.Equal(9, letters.Count);
        foreach (var user in users)
        {
            Assert.Equal([$"{user} 1", $"{user} 2", $"{user} 3"], letters.Where(letter => letter.User == user).Select(static letter => letter.Entry.Text()));
        }
    }

    [Fact]
    public async Task DeadLetters_OfNobody_AreNone()
    {
        Assert.Empty(await DeadLettersAsync("nobody"));
        Assert.Empty((await ListAsync(user: null, DeadLetterCursor.Start, 10)).Letters);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task DeadLetters_OverTheMost_LoseTheOldest()
    {
        var rules = Plenty with { MaxMessages = 10_000, MaxBytes = 10_000_000 };
        await (await ChannelsAsync()).AppendAsync([.. Enumerable.Range(0, StoredDeadLetter.Most + 3).Select(i => NewAppend("ann", $"{i}", rules: rules))], default);
        for (var i = 0; i <= StoredDeadLetter.Most + 3; i++)
        {
            await OpenAsync("ann", maxAttempts: 1, minDeadAge: TimeSpan.Zero, limits: new PageLimits(1, 100));
        }

        var (_, letters) = await ListAsync("ann", DeadLetterCursor.Start, 100);

        Assert.Equal(Enumerable.Range(3, StoredDeadLetter.Most).Select(static i => $"{i}"), letters.Select(static letter => letter.Entry.Text()));
        Assert.Equal(StoredDeadLetter.Most + 3, (await LedgerAsync("ann")).Dead);
    }

    [Fact]
    public async Task Inspect_OfUnknownUser_IsEmpty()
    {
        var inbox = await InspectAsync("nobody");

        Assert.Equal((LogPosition.Start, 0, 0L), (inbox.Head, inbox.Messages, inbox.Bytes));
        Assert.Empty(inbox.Readers);
    }

    [Fact]
    public async Task Inspect_TellsWhatIsKeptAndWhoReadsIt()
    {
        await OpenAsync("ann", "phone");
        await OpenAsync("ann", "tablet");
        var first = await KeptAsync("ann", "12");
        var head = await KeptAsync("ann", "345");
        await AckAsync("ann", first, "phone");
        await OpenAsync("ann", "tablet");

        var inbox = await InspectAsync("ann");

        Assert.Equal((head, 2, 5L), (inbox.Head, inbox.Messages, inbox.Bytes));
        var readers = inbox.Readers.OrderBy(static reader => reader.Device, StringComparer.Ordinal).ToArray();
        Assert.Equal([("phone", first, 0), ("tablet", LogPosition.Start, 1)], readers.Select(static reader => (reader.Device, reader.Cursor, reader.Attempts)));
        Assert.All(readers, static reader => Assert.InRange(
            reader.SeenUnixMs, DateTimeOffset.UtcNow.AddMinutes(-10).ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeMilliseconds()));
    }

    [Fact]
    public async Task Ledger_OfAppThatIsUnknown_IsZero() =>
        Assert.Equal(new LedgerCounts(0, 0, 0, 0, 0, 0), await (await ChannelsAsync()).LedgerAsync(App, 3, measure: true, default));

    [Fact]
    public async Task Ledger_WithoutMeasuring_CountsNothingAnew()
    {
        await KeptAsync("ann", "1");

        Assert.Equal(
            new LedgerCounts(1, 0, 0, 0, 1, null), await (await ChannelsAsync()).LedgerAsync(App, Partition.Of(App, "ann"), measure: false, default));
    }

    [Fact]
    public async Task Ledger_CountsInboxesOnly()
    {
        await KeptAsync("", "1");

        var channels = await ChannelsAsync();
        var counts = await Task.WhenAll(Enumerable.Range(0, Partition.Count).Select(partition => channels.LedgerAsync(App, partition, measure: true, default)));

        Assert.All(counts, static one => Assert.Equal(0, one.Accepted + one.Pending + one.Measured));
    }

    private async Task GiveUpAsync(string user, params string[] texts)
    {
        foreach (var text in texts)
        {
            await KeptAsync(user, text);
        }

        for (var i = 0; i <= texts.Length; i++)
        {
            await OpenAsync(user, maxAttempts: 1, minDeadAge: TimeSpan.Zero);
        }
    }

    private async Task<(int Pages, List<StoredDeadLetter> Letters)> ListAsync(string? user, DeadLetterCursor after, int limit)
    {
        List<StoredDeadLetter> letters = [];
        for (var pages = 1; ; pages++)
        {
            var page = await (await ChannelsAsync()).DeadLettersAsync(App, user, after, limit, default);
            Assert.InRange(page.Letters.Count, 0, limit);
            letters.AddRange(page.Letters);
            if (page.Next is null)
            {
                return (pages, letters);
            }

            after = page.Next;
        }
    }
}

public sealed class MemoryDeadLetterTests(MemoryFixture fixture) : DeadLetterContract(fixture);

public sealed class SqliteDeadLetterTests(SqliteFixture fixture) : DeadLetterContract(fixture);

public sealed class RedisDeadLetterTests(RedisFixture fixture) : DeadLetterContract(fixture);

public sealed class RedisClusterDeadLetterTests(RedisClusterFixture fixture) : DeadLetterContract(fixture);
