using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store.Channels;

/// <summary>Appends: order, limits, and who gets it.</summary>
public abstract class AppendContract(StoreFixture fixture) : ChannelContract(fixture)
{
    [Fact]
    public async Task Append_OfSeveral_NumbersThemInTheirOrder()
    {
        var channels = await ChannelsAsync();

        var outcomes = await channels.AppendAsync(
            [NewAppend("ann", "1"), NewAppend("bob", "b1"), NewAppend("ann", "2"), NewAppend("", "all"), NewAppend("ann", "3")], default);

        Assert.All(outcomes, static outcome => Assert.Equal(AppendState.Appended, outcome.State));
        var ann = new[] { outcomes[0].Position, outcomes[2].Position, outcomes[4].Position };
        Assert.Equal([ann[0], ann[0] with { Seq = ann[0].Seq + 1 }, ann[0] with { Seq = ann[0].Seq + 2 }], ann);
        var page = await ReadAsync("ann");
        Assert.Equal(["1", "2", "3"], page.Texts());
        Assert.Equal(ann, page.Entries.Select(static entry => entry.Position));
        Assert.Equal(ann[2], page.Head);
        Assert.Equal(["b1"], (await ReadAsync("bob")).Texts());
        Assert.Equal(["all"], (await ReadAsync("")).Texts());
    }

    [Fact]
    public async Task Append_Concurrently_GivesEachItsPlace()
    {
        var positions = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(() => KeptAsync("ann", $"{i}"))));

        var first = positions.Min();
        Assert.Equal(Enumerable.Range(0, 50).Select(i => first with { Seq = first.Seq + (ulong)i }), positions.Order());
        Assert.Equal(50, (await ReadAsync("ann")).Entries.Count);
    }

    [Fact]
    public async Task Append_OfNewLog_BeginsWithStoreTime()
    {
        var position = await KeptAsync("ann", "1");

        // µs: 2023 to 2128. A clock that is off by years would not matter, one in ms would.
        Assert.InRange(position.Epoch, 1_700_000_000_000_000ul, 5_000_000_000_000_000ul);
    }

    [Fact]
    public async Task Append_SaysWhenItExpiresAndItsId()
    {
        var append = NewAppend("ann", "1", timeToLive: TimeSpan.FromHours(2));

        var outcome = await AppendAsync(append);

        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Assert.InRange(outcome.ExpiresUnixMs, now + (long)TimeSpan.FromHours(1.5).TotalMilliseconds, now + (long)TimeSpan.FromHours(2.5).TotalMilliseconds);
        Assert.Equal((append.MessageId, false), (outcome.MessageId, outcome.Done));
        Assert.Equal(outcome.ExpiresUnixMs, Assert.Single((await ReadAsync("ann")).Entries).ExpiresUnixMs);
    }

    [Fact]
    public async Task Append_OfAnyBytesAndNames_GivesThemBack()
    {
        const string User = "an:n{%}é\n";
        var append = NewAppend(User, "\0\r\n{}\u00ff", key: "k:{1}%");

        await AppendAsync(append);

        Assert.Equal(append.Content.ToArray(), Assert.Single((await ReadAsync(User)).Entries).Content.ToArray());
        Assert.Equal(AppendState.Repeated, (await AppendAsync(append)).State);
        Assert.Empty((await ReadAsync("an")).Entries);
    }

    [Fact]
    public async Task Append_ToInboxFullOfMessages_IsRefusedUntilOneLeaves()
    {
        var rules = Plenty with { MaxMessages = 2 };
        var first = await KeptAsync("ann", "1", rules: rules);
        await KeptAsync("ann", "2", rules: rules);

        var refused = await AppendAsync("ann", "3", rules: rules);
        await AckAsync("ann", first);

        Assert.Equal((AppendState.FullOfMessages, LogPosition.Start), (refused.State, refused.Position));
        Assert.Equal(first with { Seq = first.Seq + 2 }, await KeptAsync("ann", "4", rules: rules));
        Assert.Equal(["2", "4"], (await ReadAsync("ann")).Texts());
        Assert.Equal(3, (await LedgerAsync("ann")).Accepted);
    }

    [Fact]
    public async Task Append_ToInboxFullOfBytes_IsRefusedUntilItFits()
    {
        var rules = Plenty with { MaxBytes = 10 };
        var first = await KeptAsync("ann", "1234", rules: rules);
        await KeptAsync("ann", "123456", rules: rules);

        Assert.Equal(AppendState.FullOfBytes, (await AppendAsync("ann", "1", rules: rules)).State);
        await AckAsync("ann", first);

        Assert.Equal(AppendState.FullOfBytes, (await AppendAsync("ann", "12345", rules: rules)).State);
        await KeptAsync("ann", "1234", rules: rules);
        Assert.Equal((2, 10), ((await InspectAsync("ann")).Messages, (await InspectAsync("ann")).Bytes));
    }

    [Fact]
    public async Task Append_LongerThanTheWholeInbox_IsRefused() =>
        Assert.Equal(AppendState.FullOfBytes, (await AppendAsync("ann", "12345", rules: Plenty with { MaxBytes = 4 })).State);

    [Fact]
    public async Task Append_ToInboxFullOfWhatHasExpired_TakesItsPlace()
    {
        var rules = Plenty with { MaxMessages = 2, MaxBytes = 8 };
        await KeptAsync("ann", "one", rules: rules);
        await ExpiredAsync("ann", "two");

        await KeptAsync("ann", "three", rules: rules);

        Assert.Equal(["one", "three"], (await ReadAsync("ann")).Texts());
        var ledger = await LedgerAsync("ann");
        Assert.Equal((3, 1, 2), (ledger.Accepted, ledger.Expired, ledger.Pending));
    }

    [Fact]
    public async Task Append_ToAllFullOfMessages_DropsTheOldest()
    {
        var rules = Plenty with { MaxMessages = 3 };
        for (var i = 1; i <= 5; i++)
        {
            await KeptAsync("", $"{i}", rules: rules);
        }

        var page = await ReadAsync("");

        Assert.Equal(["3", "4", "5"], page.Texts());
        Assert.Equal(page.Head, page.Covered);
    }

    [Fact]
    public async Task Append_ToAllFullOfBytes_DropsTheOldestUntilItFits()
    {
        var rules = Plenty with { MaxBytes = 10 };
        await KeptAsync("", "1234", rules: rules);
        await KeptAsync("", "abcd", rules: rules);
        await KeptAsync("", "xyz", rules: rules);
        Assert.Equal(["abcd", "xyz"], (await ReadAsync("")).Texts());

        await KeptAsync("", "longer than all", rules: rules);

        Assert.Equal(["longer than all"], (await ReadAsync("")).Texts());
    }

    [Fact]
    public async Task Append_ToInbox_ReturnsTheUsersSessions()
    {
        var epoch = await LoginAsync("ann");

        var outcome = await AppendAsync("ann", "1");

        var session = Assert.Single(outcome.Sessions);
        Assert.Equal((App, "ann", epoch), (session.App, session.User, session.Key.Epoch));
        Assert.Equal(SessionStoreContract.Room, session.Incarnation);
        Assert.Empty((await AppendAsync("bob", "1")).Sessions);
        Assert.Empty((await AppendAsync("", "1")).Sessions);
    }

    [Fact]
    public async Task Append_ThatIsRefused_ReturnsNoSessions()
    {
        await LoginAsync("ann");

        Assert.Empty((await AppendAsync("ann", "1", rules: Plenty with { MaxBytes = 0 })).Sessions);
    }

    [Fact]
    public async Task Heads_AreOfAllAppsThatHaveMessagesToAll()
    {
        await KeptAsync("ann", "not to all");
        var before = await (await ChannelsAsync()).HeadsAsync(default);
        var head = await KeptAsync("", "1");

        var heads = await (await ChannelsAsync()).HeadsAsync(default);

        Assert.False(before.ContainsKey(App));
        Assert.Equal(head, heads[App]);
        Assert.Equal(head with { Seq = head.Seq + 1 }, await KeptAsync("", "2"));
    }
}

public sealed class MemoryAppendTests(MemoryFixture fixture) : AppendContract(fixture);

public sealed class SqliteAppendTests(SqliteFixture fixture) : AppendContract(fixture);

public sealed class RedisAppendTests(RedisFixture fixture) : AppendContract(fixture);

public sealed class RedisClusterAppendTests(RedisClusterFixture fixture) : AppendContract(fixture);
