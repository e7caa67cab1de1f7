using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store.Channels;

/// <summary>Reads: what a page holds, and of what it tells.</summary>
public abstract class ReadContract(StoreFixture fixture) : ChannelContract(fixture)
{
    [Theory]
    [InlineData("ann")]
    [InlineData("")]
    public async Task Read_OfChannelThatNobodyWroteTo_IsEmpty(string user)
    {
        var page = await ReadAsync(user);

        Assert.Empty(page.Entries);
        Assert.Equal((LogPosition.Start, LogPosition.Start, LogPosition.Start), (page.After, page.Covered, page.Head));
    }

    [Theory]
    [InlineData("ann")]
    [InlineData("")]
    public async Task Read_InPages_TellsOfEverythingOnce(string user)
    {
        var positions = new List<LogPosition>();
        for (var i = 0; i < 7; i++)
        {
            positions.Add(await KeptAsync(user, $"{i}"));
        }

        List<LogPosition> read = [];
        var after = LogPosition.Start;
        var pages = 0;
        while (after < positions[^1])
        {
            var page = await ReadAsync(user, after, new PageLimits(3, 1_000_000));
            Assert.Equal((after, positions[^1]), (page.After, page.Head));
            Assert.True(page.Covered > after && page.Covered >= page.Entries[^1].Position);
            read.AddRange(page.Entries.Select(static entry => entry.Position));
            after = page.Covered;
            pages++;
        }

        Assert.Equal(positions, read);
        Assert.Equal(3, pages);
    }

    [Theory]
    [InlineData(9, 3)]
    [InlineData(8, 2)]
    [InlineData(6, 2)]
    [InlineData(3, 1)]
    [InlineData(1, 1)]
    public async Task Read_WithByteLimit_EndsBeforeItButHasOneEntry(int bytes, int expected)
    {
        for (var i = 0; i < 4; i++)
        {
            await KeptAsync("ann", $"no{i}");
        }

        var page = await ReadAsync("ann", limits: new PageLimits(100, bytes));

        Assert.Equal(expected, page.Entries.Count);
        Assert.Equal(page.Entries[^1].Position, page.Covered);
    }

    [Fact]
    public async Task Read_BehindThePosition_HasWhatFollows()
    {
        await KeptAsync("ann", "1");
        var second = await KeptAsync("ann", "2");
        var third = await KeptAsync("ann", "3");

        Assert.Equal(["3"], (await ReadAsync("ann", second)).Texts());
        Assert.Empty((await ReadAsync("ann", third)).Entries);
    }

    [Fact]
    public async Task Read_BehindAnOlderEpoch_BeginsAtTheFirst()
    {
        var first = await KeptAsync("ann", "1");

        var page = await ReadAsync("ann", new LogPosition(first.Epoch - 1, 1_000_000));

        Assert.Equal(["1"], page.Texts());
    }

    [Fact]
    public async Task Read_BeyondTheHead_CoversWhatItWasAsked()
    {
        var head = await KeptAsync("ann", "1");
        var beyond = new LogPosition(head.Epoch + 1, 3);

        var page = await ReadAsync("ann", beyond);

        Assert.Empty(page.Entries);
        Assert.Equal((beyond, beyond, head), (page.After, page.Covered, page.Head));
    }

    [Fact]
    public async Task Read_WithExpiredInTheMiddle_CoversTheHole()
    {
        var first = await KeptAsync("ann", "1");
        await ExpiredAsync("ann", "2");
        var third = await KeptAsync("ann", "3");

        var whole = await ReadAsync("ann");
        var begin = await ReadAsync("ann", limits: new PageLimits(1, 1_000_000));

        Assert.Equal(["1", "3"], whole.Texts());
        Assert.Equal(third, whole.Covered);
        Assert.Equal(["1"], begin.Texts());
        Assert.True(begin.Covered >= first && begin.Covered < third);
        Assert.Equal(["3"], (await ReadAsync("ann", begin.Covered)).Texts());
    }

    [Fact]
    public async Task Read_WithOnlyExpiredLeft_CoversUpToTheHead()
    {
        await KeptAsync("ann", "1");
        await ExpiredAsync("ann", "2");
        var head = await ExpiredAsync("ann", "3");

        var page = await ReadAsync("ann", limits: new PageLimits(1, 1_000_000));

        Assert.Equal(["1"], page.Texts());
        Assert.Equal((head, head), (page.Covered, page.Head));
    }

    [Fact]
    public async Task Read_OfManyExpiredInARow_FindsWhatFollows()
    {
        for (var i = 0; i < 300; i++)
        {
            await KeptAsync("ann", "short", timeToLive: Moment);
        }

        await ExpiredAsync("ann", "short");
        await KeptAsync("ann", "long");

        Assert.Equal(["long"], (await ReadAsync("ann", limits: new PageLimits(2, 100))).Texts());
        Assert.Equal(["long"], (await OpenAsync("ann", limits: new PageLimits(2, 100))).Inbox.Texts());
    }

    [Fact]
    public async Task Read_OfSeveral_AnswersInTheirOrder()
    {
        await KeptAsync("ann", "ann's");
        await KeptAsync("", "all's");
        await KeptAsync("bob", "bob's");

        var pages = await (await ChannelsAsync()).ReadAsync(
            [.. new[] { "bob", "", "nobody", "ann", "bob" }.Select(user => new LogRead(App, user, LogPosition.Start))], WholePage, default);

        Assert.Equal([["bob's"], ["all's"], [], ["ann's"], ["bob's"]], pages.Select(static page => page!.Texts()));
    }

    [Fact]
    public async Task Read_AfterTrimming_KeepsTheHead()
    {
        await KeptAsync("ann", "1");
        var head = await KeptAsync("ann", "2");
        await AckAsync("ann", head);

        var page = await ReadAsync("ann");

        Assert.Empty(page.Entries);
        Assert.Equal((head, head), (page.Covered, page.Head));
        Assert.Equal(head with { Seq = head.Seq + 1 }, await KeptAsync("ann", "3"));
    }
}

public sealed class MemoryReadTests(MemoryFixture fixture) : ReadContract(fixture);

public sealed class SqliteReadTests(SqliteFixture fixture) : ReadContract(fixture);

public sealed class RedisReadTests(RedisFixture fixture) : ReadContract(fixture);

public sealed class RedisClusterReadTests(RedisClusterFixture fixture) : ReadContract(fixture);
