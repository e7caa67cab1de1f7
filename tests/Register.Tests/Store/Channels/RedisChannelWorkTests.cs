using System.Globalization;
using System.Text.RegularExpressions;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store.Channels;

/// <summary>What a script does is bounded, and what it leaves is done by the next; readers and logs that nobody uses end. A server for all tests of the class.</summary>
public sealed class RedisChannelWorkTests(ChannelRedisFixture fixture) : IClassFixture<ChannelRedisFixture>
{
    private const int Many = 5_000;

    [Fact]
    public async Task Ack_OfThousands_LetsGoOfAllInSeveralSteps()
    {
        var probe = await ProbeAsync();
        var positions = await probe.AppendManyAsync("many", Many, static i => i % 2 == 0 ? TimeSpan.FromMilliseconds(1) : null);
        var before = await CallsAsync();
        await Eventually.HoldsAsync(async () => !(await probe.ReadAsync("many", positions[^3])).Texts().Contains($"{Many - 2}"), "they expired");

        Assert.Equal(AckOutcome.Taken, await probe.AckAsync("many", positions[^1]));

        var ledger = await probe.LedgerAsync("many");
        Assert.Equal((Many, Many / 2, Many / 2, 0), (ledger.Accepted, ledger.Acknowledged, ledger.Expired, ledger.Pending));
        Assert.Equal((0, 0), (await probe.InspectAsync("many")) is var inbox ? (inbox.Messages, inbox.Bytes) : default);
        Assert.Equal("0", await fixture.CliAsync("exists", Key("entries", "many")));
        Assert.InRange(await CallsAsync() - before, 5, 12);
    }

    [Fact]
    public async Task Ack_OfLargeMessages_StopsByBytes()
    {
        var probe = await ProbeAsync();
        var positions = await probe.AppendManyAsync("large", 40, text: new string('x', 100_000));

        Assert.Equal(AckOutcome.Taken, await probe.AckAsync("large", positions[^2]));

        Assert.Equal((1, 100_002), (await probe.InspectAsync("large")) is var inbox ? (inbox.Messages, inbox.Bytes) : default);
        (await probe.LedgerAsync("large")).AssertBalance();
    }

    [Fact]
    public async Task Append_ToInboxFullOfExpired_FindsThemAll()
    {
        var probe = await ProbeAsync();
        var rules = ChannelProbe.Rules with { MaxMessages = Many };
        var positions = await probe.AppendManyAsync("full", Many, static i => i is > 10 and < Many - 10 ? TimeSpan.FromMilliseconds(1) : null);
        await Eventually.HoldsAsync(async () => (await probe.ReadAsync("full", positions[Many - 20])).Entries.Count == 10, "they expired");

        Assert.Equal(AppendState.Appended, (await probe.TryAppendAsync(ChannelProbe.NewAppend("full", "one more", rules: rules))).State);

        (await probe.LedgerAsync("full")).AssertBalance();
        Assert.Equal(
            AppendState.FullOfMessages,
            (await probe.TryAppendAsync(ChannelProbe.NewAppend("full", "one more", rules: rules with { MaxMessages = 22 }))).State);
        Assert.Equal(22, (await probe.InspectAsync("full")).Messages);
        (await probe.LedgerAsync("full")).AssertBalance();
    }

    [Fact]
    public async Task Append_ToAllUnderALoweredLimit_DropsTheOldest()
    {
        var probe = await ProbeAsync();
        var positions = await probe.AppendManyAsync("", Many);

        var outcome = await probe.TryAppendAsync(ChannelProbe.NewAppend("", "one more", rules: ChannelProbe.Rules with { MaxMessages = 3 }));

        Assert.Equal([positions[^2], positions[^1], outcome.Position], (await probe.ReadAsync("")).Entries.Select(static entry => entry.Position));
        Assert.Equal("3", await fixture.CliAsync("xlen", "{all}:entries:probe"));
    }

    [Fact]
    public async Task TakeDue_OfInboxWithThousandsOfExpired_TakesThemOut()
    {
        var probe = await ProbeAsync();
        await probe.AppendManyAsync("expired", Many, static _ => TimeSpan.FromMilliseconds(1));
        await fixture.CliAsync("zadd", Front("expired") + "due", "1", "probe:expired");

        await Eventually.HoldsAsync(
            async () =>
            {
                await probe.Channels.TakeDueAsync(Partition.Of(ChannelProbe.App, "expired"), 10, TimeSpan.FromMilliseconds(1), default);
                return (await probe.InspectAsync("expired")).Messages == 0;
            },
            "all have left");

        Assert.Equal(Many, (await probe.LedgerAsync("expired")).Expired);
    }

    [Fact]
    public async Task Read_PastThousandsOfExpired_GetsToTheNextInPages()
    {
        var probe = await ProbeAsync();
        await probe.AppendManyAsync("holes", Many, static _ => TimeSpan.FromMilliseconds(1));
        var last = await probe.AppendAsync("holes", "last");

        var pages = 1;
        var page = await probe.ReadAsync("holes");
        for (; page.Covered < page.Head; pages++)
        {
            var next = await probe.ReadAsync("holes", page.Covered);
            Assert.True(next.Covered > page.Covered);
            page = next;
        }

        Assert.Equal(last, Assert.Single(page.Entries).Position);
        Assert.True(pages > 1);
    }

    [Fact]
    public async Task Reader_NotSeenForThirtyDays_IsForgottenAndHoldsNothingBack()
    {
        var probe = await ProbeAsync();
        await probe.OpenAsync("reader", "old", allHead: new LogPosition(1, 1));
        await probe.OpenAsync("reader", "new");
        var position = await probe.AppendAsync("reader", "1");
        var seen = DateTimeOffset.UtcNow.Subtract(Reader.KeepUnseen).ToUnixTimeMilliseconds() - 1;
        await fixture.CliAsync("hset", Key("readers", "reader"), "i:d=old", $"0-0 {seen}");

        Assert.Equal(["new"], (await probe.InspectAsync("reader")).Readers.Select(static reader => reader.Device));
        await probe.AckAsync("reader", position, "new");

        Assert.Equal((0, 1), ((await probe.InspectAsync("reader")).Messages, (await probe.LedgerAsync("reader")).Acknowledged));
        Assert.Equal(new LogPosition(9, 9), (await probe.OpenAsync("reader", "old", allHead: new LogPosition(9, 9))).AllCursor);
    }

    [Fact]
    public async Task Inbox_WithoutEntries_EndsByItself()
    {
        var probe = await ProbeAsync();
        var position = await probe.AppendAsync("idle", "1", key: "key");
        Assert.Equal("-1", await fixture.CliAsync("ttl", Key("head", "idle")));
        Assert.InRange(await LifeAsync(Key("key", "idle") + ":key"), 3_500, 3_600);

        await probe.AckAsync("idle", position);

        Assert.InRange(await LifeAsync(Key("head", "idle")), (31 * 86_400) + 1, 32 * 86_400);
        Assert.InRange(await LifeAsync(Key("readers", "idle")), 29 * 86_400, 30 * 86_400);
        Assert.Equal("0", await fixture.CliAsync("exists", Key("entries", "idle")));
        Assert.Equal("", await fixture.CliAsync("zscore", Front("idle") + "due", "probe:idle"));

        await probe.AppendAsync("idle", "2");
        Assert.Equal("-1", await fixture.CliAsync("ttl", Key("head", "idle")));
    }

    [Fact]
    public async Task Ack_WhenRedisIsFull_GoesOnAndNothingIsAppended()
    {
        await using var own = new ChannelRedisFixture();
        await using var probe = new ChannelProbe(await own.StoresAsync());
        var position = await probe.AppendAsync("ann", "1");
        await own.CliAsync("config", "set", "maxmemory", "1mb");

        var refused = await probe.TryAppendAsync(ChannelProbe.NewAppend("ann", "2"));
        var taken = await probe.AckAsync("ann", position);

        Assert.Equal((AppendState.Unavailable, AckOutcome.Taken), (refused.State, taken));
        Assert.Equal(new LedgerCounts(1, 1, 0, 0, 0, 0), await probe.LedgerAsync("ann"));
        await own.CliAsync("config", "set", "maxmemory", "0");
        Assert.Equal(position with { Seq = 2 }, await probe.AppendAsync("ann", "2"));
    }

    private static string Front(string user) => $"{{p{Partition.Of(ChannelProbe.App, user):D4}}}:";

    private static string Key(string kind, string user) => $"{Front(user)}{kind}:probe:{user}";

    private async Task<ChannelProbe> ProbeAsync() => new(await fixture.StoresAsync());

    private async Task<int> LifeAsync(string key) => int.Parse(await fixture.CliAsync("ttl", key), CultureInfo.InvariantCulture);

    /// <summary>How many scripts were called.</summary>
    private async Task<int> CallsAsync() =>
        Regex.Match(await fixture.CliAsync("info", "commandstats"), @"cmdstat_evalsha:calls=(\d+)") is { Success: true } match
            ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
            : 0;
}

/// <summary>A server for one class of tests.</summary>
public sealed class ChannelRedisFixture : RedisFixture;
