using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store.Channels;

/// <summary>Keys of messages: a repeat is told what became of the first.</summary>
public abstract class KeyContract(StoreFixture fixture) : ChannelContract(fixture)
{
    [Theory]
    [InlineData("ann")]
    [InlineData("")]
    public async Task Append_WithKeyAndContentOfAnEarlierOne_IsThatOne(string user)
    {
        var append = NewAppend(user, "1", "key");
        var first = await AppendAsync(append);

        var repeat = await AppendAsync(append with { MessageId = "another" });

        Assert.Equal(AppendState.Repeated, repeat.State);
        Assert.Equal((first.Position, first.ExpiresUnixMs, append.MessageId, false), (repeat.Position, repeat.ExpiresUnixMs, repeat.MessageId, repeat.Done));
        Assert.Equal(["1"], (await ReadAsync(user)).Texts());
    }

    [Fact]
    public async Task Append_OfSeveralWithOneKeyInABatch_AppendsOne()
    {
        var append = NewAppend("ann", "1", "key");

        var outcomes = await (await ChannelsAsync()).AppendAsync([append, append, append], default);

        Assert.Equal([AppendState.Appended, AppendState.Repeated, AppendState.Repeated], outcomes.Select(static outcome => outcome.State));
        Assert.Single((await ReadAsync("ann")).Entries);
    }

    [Theory]
    [InlineData("ann")]
    [InlineData("")]
    public async Task Append_WithKeyOfOtherContent_IsRefused(string user)
    {
        await KeptAsync(user, "1", "key");

        var other = await AppendAsync(user, "2", "key");

        Assert.Equal((AppendState.KeyReused, LogPosition.Start), (other.State, other.Position));
        Assert.Equal(["1"], (await ReadAsync(user)).Texts());
    }

    [Fact]
    public async Task Append_WithKeyOfAnotherChannel_IsNew()
    {
        await KeptAsync("ann", "1", "key");

        await KeptAsync("bob", "1", "key");
        await KeptAsync("", "2", "key");
        await KeptAsync("ann", "1", "key2");
        await KeptAsync("ann", "1");
        await KeptAsync("ann", "1");
    }

    [Fact]
    public async Task Append_OfRepeatAfterItWasAcknowledged_SaysThatItIsDone()
    {
        var position = await KeptAsync("ann", "1", "key");
        await AckAsync("ann", position);

        var repeat = await AppendAsync("ann", "1", "key");

        Assert.Equal((AppendState.Repeated, position, true), (repeat.State, repeat.Position, repeat.Done));
        Assert.Empty((await ReadAsync("ann")).Entries);
    }

    [Fact]
    public async Task Append_OfRepeatThatAReaderStillHasToRead_IsNotDone()
    {
        await OpenAsync("ann", "phone");
        await OpenAsync("ann", "tablet");
        var position = await KeptAsync("ann", "1", "key");
        await AckAsync("ann", position, "phone");

        Assert.False((await AppendAsync("ann", "1", "key")).Done);
        await AckAsync("ann", position, "tablet");

        Assert.True((await AppendAsync("ann", "1", "key")).Done);
    }

    [Fact]
    public async Task Append_OfRepeatAfterItExpired_SaysThatItIsDone()
    {
        var append = NewAppend("ann", "1", "key", Moment);
        await AppendAsync(append);

        await Eventually.HoldsAsync(async () => (await AppendAsync(append)) is { State: AppendState.Repeated, Done: true }, "it has expired");
    }

    [Fact]
    public async Task Append_OfRepeatThatAllHasDropped_SaysThatItIsDone()
    {
        var rules = Plenty with { MaxMessages = 1 };
        await KeptAsync("", "1", "key", rules: rules);
        await KeptAsync("", "2", rules: rules);

        Assert.Equal((AppendState.Repeated, true), (await AppendAsync("", "1", "key", rules: rules)) is var repeat ? (repeat.State, repeat.Done) : default);
    }

    [Theory]
    [InlineData("ann")]
    [InlineData("")]
    public async Task Append_WithKeyWhoseWindowIsOver_IsNew(string user)
    {
        var rules = Plenty with { KeyWindow = Moment };
        var first = await KeptAsync(user, "1", "key", rules: rules);

        AppendOutcome? second = null;
        await Eventually.HoldsAsync(
            async () => (second = await AppendAsync(user, "other", "key", rules: rules)).State == AppendState.Appended, "the window is over");

        Assert.Equal(first with { Seq = first.Seq + 1 }, second!.Position);
        Assert.Equal(["1", "other"], (await ReadAsync(user)).Texts());
    }

    [Fact]
    public async Task Append_OfRepeatToFullInbox_IsStillARepeat()
    {
        var rules = Plenty with { MaxMessages = 1 };
        await KeptAsync("ann", "1", "key", rules: rules);

        Assert.Equal(AppendState.Repeated, (await AppendAsync("ann", "1", "key", rules: rules)).State);
        Assert.Equal(AppendState.KeyReused, (await AppendAsync("ann", "2", "key", rules: rules)).State);
    }

    [Fact]
    public async Task Append_ThatWasRefused_LeavesNoKey()
    {
        var rules = Plenty with { MaxMessages = 1 };
        var position = await KeptAsync("ann", "1", rules: rules);
        Assert.Equal(AppendState.FullOfMessages, (await AppendAsync("ann", "2", "key", rules: rules)).State);

        await AckAsync("ann", position);

        await KeptAsync("ann", "2 said otherwise", "key", rules: rules);
    }

    [Fact]
    public async Task Append_OfRepeat_ReturnsTheSessions()
    {
        await KeptAsync("ann", "1", "key");
        await LoginAsync("ann");

        Assert.Single((await AppendAsync("ann", "1", "key")).Sessions);
        Assert.Empty((await AppendAsync("ann", "2", "key")).Sessions);
    }
}

public sealed class MemoryKeyTests(MemoryFixture fixture) : KeyContract(fixture);

public sealed class SqliteKeyTests(SqliteFixture fixture) : KeyContract(fixture);

public sealed class RedisKeyTests(RedisFixture fixture) : KeyContract(fixture);

public sealed class RedisClusterKeyTests(RedisClusterFixture fixture) : KeyContract(fixture);
