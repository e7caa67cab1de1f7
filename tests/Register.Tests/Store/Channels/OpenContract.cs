using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store.Channels;

/// <summary>Readers that begin, and what they never acknowledge.</summary>
public abstract class OpenContract(StoreFixture fixture) : ChannelContract(fixture)
{
    [Fact]
    public async Task Open_ByNewReader_BeginsAtWhatIsThereAndAtTheHeadOfAll()
    {
        var first = await KeptAsync("ann", "1");
        var head = new LogPosition(9, 9);

        var opened = await OpenAsync("ann", allHead: head);

        Assert.Equal(["1"], opened.Inbox.Texts());
        Assert.True(opened.Inbox.After < first);
        Assert.Equal((first, first, head), (opened.Inbox.Covered, opened.Inbox.Head, opened.AllCursor));
    }

    [Fact]
    public async Task Open_Again_BeginsAtTheCursors()
    {
        await OpenAsync("ann", allHead: new LogPosition(9, 9));
        var first = await KeptAsync("ann", "1");
        await KeptAsync("ann", "2");
        await AckAsync("ann", first);
        await AckAsync("ann", new LogPosition(9, 12), all: true);

        var opened = await OpenAsync("ann", allHead: new LogPosition(9, 20));

        Assert.Equal(["2"], opened.Inbox.Texts());
        Assert.Equal((first, new LogPosition(9, 12)), (opened.Inbox.After, opened.AllCursor));
    }

    [Fact]
    public async Task Open_ByReaderThatOnlyAcknowledged_BeginsAllAtTheHead()
    {
        var first = await KeptAsync("ann", "1");
        await AckAsync("ann", first);

        Assert.Equal(new LogPosition(9, 9), (await OpenAsync("ann", allHead: new LogPosition(9, 9))).AllCursor);
    }

    [Fact]
    public async Task Open_OfInboxThatNobodyWroteTo_IsEmpty()
    {
        var opened = await OpenAsync("ann");

        Assert.Empty(opened.Inbox.Entries);
        Assert.Equal((LogPosition.Start, LogPosition.Start, LogPosition.Start), (opened.Inbox.Covered, opened.Inbox.Head, opened.AllCursor));
    }

    [Fact]
    public async Task Open_WithPageLimits_HasAPageThatBeginsAtTheFirst()
    {
        await KeptAsync("ann", "a long one");
        await KeptAsync("ann", "2");
        await KeptAsync("ann", "3");

        var byBytes = await OpenAsync("ann", limits: new PageLimits(10, 5));
        var byCount = await OpenAsync("ann", limits: new PageLimits(2, 1_000_000));

        Assert.Equal(["a long one"], byBytes.Inbox.Texts());
        Assert.True(byBytes.Inbox.Covered < byBytes.Inbox.Head);
        Assert.Equal(["a long one", "2"], byCount.Inbox.Texts());
    }

    [Fact]
    public async Task Open_OfSeveral_AnswersInTheirOrder()
    {
        await KeptAsync("ann", "ann's");
        await KeptAsync("bob", "bob's");

        var opened = await (await ChannelsAsync()).OpenAsync(
            [.. new[] { "bob", "ann", "carol" }.Select(user => new Opening(new Reader(App, user, ""), LogPosition.Start, true, 16, Long))], WholePage, default);

        Assert.Equal([["bob's"], ["ann's"], []], opened.Select(static one => one!.Inbox.Texts()));
    }

    [Fact]
    public async Task Open_AsAttempt_IsCountedForTheFirstEntryOnly()
    {
        var first = await KeptAsync("ann", "1");
        await KeptAsync("ann", "2");

        await OpenAsync("ann");
        await OpenAsync("ann");
        await OpenAsync("ann", isAttempt: false);

        Assert.Equal(2, (await ReaderAsync("ann")).Attempts);
        await AckAsync("ann", first);
        Assert.Equal(0, (await ReaderAsync("ann")).Attempts);
        await OpenAsync("ann");
        Assert.Equal(1, (await ReaderAsync("ann")).Attempts);
    }

    [Fact]
    public async Task Open_AfterTheMostAttempts_GivesTheFirstUpAndGoesOn()
    {
        var first = await KeptAsync("ann", "1");
        var second = await KeptAsync("ann", "2");
        await OpenAsync("ann", maxAttempts: 2, minDeadAge: TimeSpan.Zero);
        Assert.Equal(["1", "2"], (await OpenAsync("ann", maxAttempts: 2, minDeadAge: TimeSpan.Zero)).Inbox.Texts());
        Assert.Empty(await DeadLettersAsync("ann"));

        var opened = await OpenAsync("ann", maxAttempts: 2, minDeadAge: TimeSpan.Zero);

        Assert.Equal(["2"], opened.Inbox.Texts());
        Assert.Equal(first, opened.Inbox.After);
        var letter = Assert.Single(await DeadLettersAsync("ann"));
        Assert.Equal(("ann", "", first, "1", 4522u, 2), (letter.User, letter.Device, letter.Entry.Position, letter.Entry.Text(), letter.Code, letter.Attempts));
        Assert.True(letter.DiedUnixMs > 1_700_000_000_000);
        var ledger = await LedgerAsync("ann");
        Assert.Equal((2, 1, 1), (ledger.Accepted, ledger.Dead, ledger.Pending));
        Assert.Equal((first, 1), (await ReaderAsync("ann")) is var reader ? (reader.Cursor, reader.Attempts) : default);
        Assert.Equal(AckOutcome.Taken, await AckAsync("ann", second));
    }

    [Fact]
    public async Task Open_AfterTheMostAttemptsOfAYoungEntry_KeepsSendingIt()
    {
        await KeptAsync("ann", "1");

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(["1"], (await OpenAsync("ann", maxAttempts: 2, minDeadAge: Long)).Inbox.Texts());
        }

        Assert.Empty(await DeadLettersAsync("ann"));
        Assert.Equal(5, (await ReaderAsync("ann")).Attempts);
    }

    [Fact]
    public async Task Open_AfterTheMinimumAge_GivesUp()
    {
        await KeptAsync("ann", "1");
        await OpenAsync("ann", maxAttempts: 1);

        await Eventually.HoldsAsync(
            async () => (await OpenAsync("ann", maxAttempts: 1, minDeadAge: Moment)).Inbox.Entries.Count == 0, "it is old enough");

        Assert.Single(await DeadLettersAsync("ann"));
    }

    [Fact]
    public async Task Open_NotAsAttempt_GivesNothingUp()
    {
        await KeptAsync("ann", "1");
        await OpenAsync("ann", maxAttempts: 1, minDeadAge: TimeSpan.Zero);

        Assert.Equal(["1"], (await OpenAsync("ann", isAttempt: false, maxAttempts: 1, minDeadAge: TimeSpan.Zero)).Inbox.Texts());
    }

    [Fact]
    public async Task Open_OfSeveralThatAreNeverAcknowledged_GivesUpOneAfterTheOther()
    {
        var positions = new[] { await KeptAsync("ann", "1"), await KeptAsync("ann", "2"), await KeptAsync("ann", "3") };

        List<string[]> pages = [];
        for (var i = 0; i < 4; i++)
        {
            pages.Add((await OpenAsync("ann", maxAttempts: 1, minDeadAge: TimeSpan.Zero)).Inbox.Texts());
        }

        Assert.Equal([["1", "2", "3"], ["2", "3"], ["3"], []], pages);
        Assert.Equal(positions, (await DeadLettersAsync("ann")).Select(static letter => letter.Entry.Position));
        var ledger = await LedgerAsync("ann");
        Assert.Equal((3, 3, 0), (ledger.Accepted, ledger.Dead, ledger.Pending));
    }

    [Fact]
    public async Task Open_WithExpiredFirst_CountsTheFirstThatHasNot()
    {
        await ExpiredAsync("ann", "1");
        await KeptAsync("ann", "2");
        await OpenAsync("ann", maxAttempts: 1, minDeadAge: TimeSpan.Zero);

        Assert.Empty((await OpenAsync("ann", maxAttempts: 1, minDeadAge: TimeSpan.Zero)).Inbox.Entries);

        Assert.Equal("2", Assert.Single(await DeadLettersAsync("ann")).Entry.Text());
        var ledger = await LedgerAsync("ann");
        Assert.Equal((2, 1, 1, 0), (ledger.Accepted, ledger.Expired, ledger.Dead, ledger.Pending));
    }

    [Fact]
    public async Task Open_ThatGivesUpWhatAnotherReaderHasToRead_KeepsItInTheLog()
    {
        await OpenAsync("ann", "phone");
        await OpenAsync("ann", "tablet");
        var position = await KeptAsync("ann", "1");
        await OpenAsync("ann", "phone", maxAttempts: 1, minDeadAge: TimeSpan.Zero);
        await OpenAsync("ann", "phone", maxAttempts: 1, minDeadAge: TimeSpan.Zero);

        Assert.Equal("phone", Assert.Single(await DeadLettersAsync("ann")).Device);
        Assert.Equal(["1"], (await OpenAsync("ann", "tablet")).Inbox.Texts());
        await AckAsync("ann", position, "tablet");

        var ledger = await LedgerAsync("ann");
        Assert.Equal((1, 1, 0, 0), (ledger.Accepted, ledger.Acknowledged, ledger.Dead, ledger.Pending));
    }

    [Fact]
    public async Task Open_ThatGivesUpWhatOthersHaveRead_IsDead()
    {
        await OpenAsync("ann", "phone");
        await OpenAsync("ann", "tablet");
        var position = await KeptAsync("ann", "1");
        await AckAsync("ann", position, "tablet");

        await OpenAsync("ann", "phone", maxAttempts: 1, minDeadAge: TimeSpan.Zero);
        await OpenAsync("ann", "phone", maxAttempts: 1, minDeadAge: TimeSpan.Zero);

        var ledger = await LedgerAsync("ann");
        Assert.Equal((1, 0, 1, 0), (ledger.Accepted, ledger.Acknowledged, ledger.Dead, ledger.Pending));
    }
}

public sealed class MemoryOpenTests(MemoryFixture fixture) : OpenContract(fixture);

public sealed class SqliteOpenTests(SqliteFixture fixture) : OpenContract(fixture);

public sealed class RedisOpenTests(RedisFixture fixture) : OpenContract(fixture);

public sealed class RedisClusterOpenTests(RedisClusterFixture fixture) : OpenContract(fixture);
