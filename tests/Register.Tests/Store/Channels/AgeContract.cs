using System.Text;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store.Channels;

/// <summary>What takes days, on stores whose clock a test moves.</summary>
public abstract class AgeContract : IAsyncLifetime
{
    private const string App = "ages";
    private static readonly TimeSpan Long = TimeSpan.FromDays(200);
    private static readonly AppendRules Rules = new(1_000, 1_000_000, AckTimeout: TimeSpan.FromSeconds(30), KeyWindow: TimeSpan.FromDays(1));
    private static readonly PageLimits Page = new(100, 100_000);
    private Stores? _stores;

    private protected ManualTime Time { get; } = new();

    private IChannelStore Channels => _stores!.Channels;

    public async ValueTask InitializeAsync() => _stores = await NewStoresAsync();

    public virtual async ValueTask DisposeAsync()
    {
        (await Channels.LedgerAsync(App, Partition.Of(App, "ann"), measure: true, default)).AssertBalance();
        await _stores!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Ack_WhenAReaderWasNotSeenForThirtyDays_CountsWithoutIt()
    {
        await OpenAsync("lost");
        var first = await KeptAsync("1");
        Time.Advance(Reader.KeepUnseen - TimeSpan.FromSeconds(1));
        await AckAsync("phone", first);
        Assert.Single(await ReadAsync());

        Time.Advance(TimeSpan.FromSeconds(1));
        var second = await KeptAsync("2");
        await AckAsync("phone", second);

        Assert.Empty(await ReadAsync());
        Assert.Equal(["phone"], (await Channels.InspectAsync(App, "ann", default)).Readers.Select(static reader => reader.Device));
        Assert.Equal(2, (await LedgerAsync()).Acknowledged);
    }

    [Fact]
    public async Task Open_WhenTheReaderItselfWasForgotten_BeginsAtWhatIsThere()
    {
        await OpenAsync("phone");
        await OpenAsync("tablet");
        var first = await KeptAsync("1");
        await AckAsync("phone", first);
        Time.Advance(Reader.KeepUnseen);

        var opened = await OpenAsync("phone");

        Assert.Equal((LogPosition.Start, 1), (opened.Inbox.After, opened.Inbox.Entries.Count));
    }

    [Fact]
    public async Task Inspect_OfReadersThatAreForgotten_ShowsNone()
    {
        await OpenAsync("phone");

        Time.Advance(Reader.KeepUnseen);

        Assert.Empty((await Channels.InspectAsync(App, "ann", default)).Readers);
    }

    [Fact]
    public async Task Read_AtTheEndOfATime_HasItNoMore()
    {
        await KeptAsync("1", TimeSpan.FromMinutes(1));
        Time.Advance(TimeSpan.FromMinutes(1) - TimeSpan.FromMilliseconds(1));
        Assert.Single(await ReadAsync());

        Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Empty(await ReadAsync());
    }

    [Fact]
    public async Task Append_AtTheEndOfTheKeysWindow_IsNew()
    {
        await KeptAsync("1", key: "key");
        Time.Advance(Rules.KeyWindow - TimeSpan.FromMilliseconds(1));
        Assert.Equal(AppendState.Repeated, (await AppendAsync("1", key: "key")).State);

        Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(AppendState.Appended, (await AppendAsync("1", key: "key")).State);
    }

    [Fact]
    public async Task TakeDue_OfUserWithoutSessions_ComesBackWhenTheFirstExpires()
    {
        await KeptAsync("long");
        await KeptAsync("short", TimeSpan.FromHours(2));
        Time.Advance(Rules.AckTimeout);
        Assert.Single(await TakeDueAsync());

        Time.Advance(TimeSpan.FromHours(1.5));
        Assert.Empty(await TakeDueAsync());
        Time.Advance(TimeSpan.FromHours(0.5));
        Assert.Single(await TakeDueAsync());

        Assert.Equal(1, (await LedgerAsync()).Expired);
    }

    [Fact]
    public async Task Append_ToInboxThatWasForgotten_DoesNotRepeatPositions()
    {
        var first = await KeptAsync("1");
        await AckAsync("phone", first);
        Time.Advance(Reader.KeepUnseen + TimeSpan.FromDays(2));
        await TakeDueAsync();
        var forgotten = await Channels.InspectAsync(App, "ann", default);

        var second = await KeptAsync("2");

        Assert.Equal(LogPosition.Start, forgotten.Head);
        Assert.True(second > first, $"{second} is not after {first}");
        Assert.Equal(2, (await LedgerAsync()).Accepted);
    }

    [Fact]
    public async Task DeadLetters_AfterTheirTime_AreForgotten()
    {
        await KeptAsync("1");
        await OpenAsync("phone", maxAttempts: 1);
        await OpenAsync("phone", maxAttempts: 1);
        Time.Advance(StoredDeadLetter.Keep - TimeSpan.FromMinutes(1));
        await TakeDueAsync();
        Assert.Single((await Channels.DeadLettersAsync(App, "ann", DeadLetterCursor.Start, 10, default)).Letters);

        Time.Advance(TimeSpan.FromHours(2));
        await TakeDueAsync();

        Assert.Empty((await Channels.DeadLettersAsync(App, "ann", DeadLetterCursor.Start, 10, default)).Letters);
        Assert.Equal(1, (await LedgerAsync()).Dead);
    }

    [Fact]
    public async Task Open_BeforeTheMinimumAge_GivesNothingUp()
    {
        await KeptAsync("1");
        await OpenAsync("phone", maxAttempts: 1, minDeadAge: TimeSpan.FromMinutes(10));
        Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        Assert.Single((await OpenAsync("phone", maxAttempts: 1, minDeadAge: TimeSpan.FromMinutes(10))).Inbox.Entries);

        Time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Empty((await OpenAsync("phone", maxAttempts: 1, minDeadAge: TimeSpan.FromMinutes(10))).Inbox.Entries);
    }

    private protected abstract Task<Stores> NewStoresAsync();

    private async Task<AppendOutcome> AppendAsync(string text, TimeSpan? timeToLive = null, string key = "") => Assert.Single(await Channels.AppendAsync(
        [new Append(App, "ann", "id", Encoding.UTF8.GetBytes(text), key, new byte[16], timeToLive ?? Long, Rules)], default));

    private async Task<LogPosition> KeptAsync(string text, TimeSpan? timeToLive = null, string key = "")
    {
        var outcome = await AppendAsync(text, timeToLive, key);
        Assert.Equal(AppendState.Appended, outcome.State);
        return outcome.Position;
    }

    private async Task<Opened> OpenAsync(string device, int maxAttempts = 16, TimeSpan minDeadAge = default) => Assert.Single(await Channels.OpenAsync(
        [new Opening(new Reader(App, "ann", device), LogPosition.Start, IsAttempt: true, maxAttempts, minDeadAge)], Page, default))!;

    private async Task AckAsync(string device, LogPosition position) =>
        Assert.Equal([AckOutcome.Taken], await Channels.AckAsync([new Acknowledgement(new Reader(App, "ann", device), All: false, position)], default));

    private async Task<IReadOnlyList<StoredEntry>> ReadAsync() =>
        Assert.Single(await Channels.ReadAsync([new LogRead(App, "ann", LogPosition.Start)], Page, default))!.Entries;

    private Task<IReadOnlyList<DueInbox>> TakeDueAsync() => Channels.TakeDueAsync(Partition.Of(App, "ann"), 10, TimeSpan.FromMinutes(1), default);

    private Task<LedgerCounts> LedgerAsync() => Channels.LedgerAsync(App, Partition.Of(App, "ann"), measure: true, default);
}

public sealed class MemoryAgeTests : AgeContract
{
    private protected override Task<Stores> NewStoresAsync() => Task.FromResult(Stores.Memory(Time));
}

public sealed class SqliteAgeTests : AgeContract
{
    private readonly TempFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected override Task<Stores> NewStoresAsync() => Stores.SqliteAsync(Path.Combine(_folder.Path, "channels.db"), Time);
}
