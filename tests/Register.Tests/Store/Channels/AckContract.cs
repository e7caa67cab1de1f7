using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Tests.Store.Channels;

/// <summary>Acknowledgements: cursors, and what they let go.</summary>
public abstract class AckContract(StoreFixture fixture) : ChannelContract(fixture)
{
    [Fact]
    public async Task Ack_IsCumulative()
    {
        await KeptAsync("ann", "1");
        var second = await KeptAsync("ann", "2");
        await KeptAsync("ann", "3");

        Assert.Equal(AckOutcome.Taken, await AckAsync("ann", second));

        Assert.Equal(["3"], (await ReadAsync("ann")).Texts());
        Assert.Equal((1, 1), (await InspectAsync("ann")) is var inbox ? (inbox.Messages, inbox.Bytes) : default);
        var ledger = await LedgerAsync("ann");
        Assert.Equal((3, 2, 1), (ledger.Accepted, ledger.Acknowledged, ledger.Pending));
    }

    [Fact]
    public async Task Ack_OfTheSameOrAnEarlierPosition_ChangesNothing()
    {
        var first = await KeptAsync("ann", "1");
        var second = await KeptAsync("ann", "2");
        await AckAsync("ann", second);

        Assert.Equal(AckOutcome.Unchanged, await AckAsync("ann", second));
        Assert.Equal(AckOutcome.Unchanged, await AckAsync("ann", first));
        Assert.Equal(AckOutcome.Unchanged, await AckAsync("ann", LogPosition.Start));
        Assert.Equal(second, (await ReaderAsync("ann")).Cursor);
    }

    [Fact]
    public async Task Ack_BeyondTheHead_IsRefusedAndMakesNoReader()
    {
        var head = await KeptAsync("ann", "1");

        Assert.Equal(AckOutcome.UnknownPosition, await AckAsync("ann", head with { Seq = head.Seq + 1 }));
        Assert.Equal(AckOutcome.UnknownPosition, await AckAsync("ann", new LogPosition(head.Epoch + 1, 1)));
        Assert.Equal(AckOutcome.UnknownPosition, await AckAsync("nobody", new LogPosition(1, 1)));

        Assert.Empty((await InspectAsync("ann")).Readers);
        Assert.Empty((await InspectAsync("nobody")).Readers);
        Assert.Equal(["1"], (await ReadAsync("ann")).Texts());
    }

    [Fact]
    public async Task Ack_OfAnOlderEpoch_IsTakenButPassesNothingOfThisOne()
    {
        var first = await KeptAsync("ann", "1");
        var older = new LogPosition(first.Epoch - 1, ulong.MaxValue / 4);

        Assert.Equal(AckOutcome.Taken, await AckAsync("ann", older));

        Assert.Equal(["1"], (await OpenAsync("ann")).Inbox.Texts());
        Assert.Equal(older, (await ReaderAsync("ann")).Cursor);
    }

    [Fact]
    public async Task Ack_OfAPlaceBetweenEntries_IsTaken()
    {
        var first = await KeptAsync("ann", "1");
        var second = await ExpiredAsync("ann", "2");
        await KeptAsync("ann", "3");

        Assert.Equal(AckOutcome.Taken, await AckAsync("ann", second));

        Assert.True(second > first);
        Assert.Equal(["3"], (await ReadAsync("ann")).Texts());
        var ledger = await LedgerAsync("ann");
        Assert.Equal((3, 1, 1, 1), (ledger.Accepted, ledger.Acknowledged, ledger.Expired, ledger.Pending));
    }

    [Fact]
    public async Task Ack_ByOneOfSeveralReaders_KeepsWhatTheOthersNeed()
    {
        await OpenAsync("ann", "phone");
        await OpenAsync("ann", "tablet");
        var first = await KeptAsync("ann", "1");
        var second = await KeptAsync("ann", "2");

        await AckAsync("ann", second, "phone");
        Assert.Equal(["1", "2"], (await OpenAsync("ann", "tablet")).Inbox.Texts());
        Assert.Empty((await OpenAsync("ann", "phone")).Inbox.Entries);
        Assert.Equal(0, (await LedgerAsync("ann")).Acknowledged);

        await AckAsync("ann", first, "tablet");
        Assert.Equal(1, (await LedgerAsync("ann")).Acknowledged);
        await AckAsync("ann", second, "tablet");
        Assert.Equal(2, (await LedgerAsync("ann")).Acknowledged);
        Assert.Equal(0, (await InspectAsync("ann")).Messages);
    }

    [Fact]
    public async Task Ack_ByNewReader_MakesItAtThePosition()
    {
        var first = await KeptAsync("ann", "1");

        Assert.Equal(AckOutcome.Taken, await AckAsync("ann", first, "phone"));

        Assert.Equal(first, (await ReaderAsync("ann", "phone")).Cursor);
        Assert.Empty((await ReadAsync("ann")).Entries);
    }

    [Fact]
    public async Task Ack_OfAll_IsTakenAsItIsAndNeverGoesBack()
    {
        Assert.Equal(AckOutcome.Taken, await AckAsync("ann", new LogPosition(7, 70), all: true));
        Assert.Equal(AckOutcome.Unchanged, await AckAsync("ann", new LogPosition(7, 70), all: true));
        Assert.Equal(AckOutcome.Unchanged, await AckAsync("ann", new LogPosition(6, 700), all: true));

        Assert.Equal(new LogPosition(7, 70), (await OpenAsync("ann", allHead: new LogPosition(8, 1))).AllCursor);
        Assert.Equal(LogPosition.Start, (await ReaderAsync("ann")).Cursor);
    }

    [Fact]
    public async Task Ack_OfAllByOneReader_LeavesTheOthers()
    {
        await OpenAsync("ann", "phone", allHead: new LogPosition(7, 1));
        await OpenAsync("ann", "tablet", allHead: new LogPosition(7, 1));

        await AckAsync("ann", new LogPosition(7, 5), "phone", all: true);

        Assert.Equal(new LogPosition(7, 5), (await OpenAsync("ann", "phone")).AllCursor);
        Assert.Equal(new LogPosition(7, 1), (await OpenAsync("ann", "tablet")).AllCursor);
    }

    [Fact]
    public async Task Ack_OfSeveral_AnswersInTheirOrder()
    {
        var ann = await KeptAsync("ann", "1");
        var bob = await KeptAsync("bob", "1");

        var outcomes = await (await ChannelsAsync()).AckAsync(
            [
                new Acknowledgement(new Reader(App, "bob", ""), All: false, bob),
                new Acknowledgement(new Reader(App, "ann", ""), All: false, new LogPosition(ann.Epoch, ann.Seq + 1)),
                new Acknowledgement(new Reader(App, "ann", ""), All: true, ann),
                new Acknowledgement(new Reader(App, "bob", ""), All: false, bob),
                new Acknowledgement(new Reader(App, "ann", ""), All: false, ann),
            ],
            default);

        Assert.Equal([AckOutcome.Taken, AckOutcome.UnknownPosition, AckOutcome.Taken, AckOutcome.Unchanged, AckOutcome.Taken], outcomes);
    }

    [Fact]
    public async Task Ack_BySeventeenthReader_ReplacesTheOneThatWasSeenLeastRecently()
    {
        for (var i = 0; i < Reader.Most; i++)
        {
            await OpenAsync("ann", $"device-{i:00}");
            await PassMomentAsync();
        }

        await OpenAsync("ann", "device-00", isAttempt: false);
        await PassMomentAsync();
        var first = await KeptAsync("ann", "1");
        await AckAsync("ann", first, "new");

        var devices = (await InspectAsync("ann")).Readers.Select(static reader => reader.Device).Order(StringComparer.Ordinal);
        Assert.Equal(["device-00", .. Enumerable.Range(2, 14).Select(static i => $"device-{i:00}"), "new"], devices);
        Assert.Equal(["1"], (await OpenAsync("ann", "device-01")).Inbox.Texts());
        Assert.Equal(Reader.Most, (await InspectAsync("ann")).Readers.Count);
    }

    [Fact]
    public async Task Ack_BySeventeenthReaderInPlaceOfTheSlowest_LetsGoWhatOnlyThatOneNeeded()
    {
        await OpenAsync("ann", "slow");
        await PassMomentAsync();
        var first = await KeptAsync("ann", "1");
        for (var i = 1; i < Reader.Most; i++)
        {
            await AckAsync("ann", first, $"device-{i:00}");
        }

        await PassMomentAsync();
        Assert.Equal(0, (await LedgerAsync("ann")).Acknowledged);

        await AckAsync("ann", first, "new");

        Assert.Equal(1, (await LedgerAsync("ann")).Acknowledged);
        Assert.Empty((await ReadAsync("ann")).Entries);
    }
}

public sealed class MemoryAckTests(MemoryFixture fixture) : AckContract(fixture);

public sealed class SqliteAckTests(SqliteFixture fixture) : AckContract(fixture);

public sealed class RedisAckTests(RedisFixture fixture) : AckContract(fixture);

public sealed class RedisClusterAckTests(RedisClusterFixture fixture) : AckContract(fixture);
