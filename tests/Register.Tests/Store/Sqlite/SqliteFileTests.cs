using System.Text;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Register.Store.Sqlite;
using Microservices.Register.Tests.Store.Channels;
using Microservices.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Tests.Store.Sqlite;

/// <summary>The file of channels: what it keeps, and what is said of one that can't be used.</summary>
public sealed class SqliteFileTests : IAsyncDisposable
{
    private const string App = "file";
    private static readonly TimeSpan Long = TimeSpan.FromDays(1);
    private static readonly PageLimits Page = new(100, 1_000_000);
    private readonly TempFolder _folder = new();
    private readonly Stores _stores = Stores.Memory();
    private readonly List<SqliteChannelStore> _open = [];

    private string File => Path.Combine(_folder.Path, "channels.db");

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _open)
        {
            await CloseAsync(store);
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task Open_AfterARestart_HasEverything()
    {
        var first = await OpenAsync();
        var acknowledged = await KeptAsync(first, "ann", "1", key: "key");
        var dead = await KeptAsync(first, "ann", "2");
        await KeptAsync(first, "ann", "3");
        var all = await KeptAsync(first, "", "to all");
        await first.AckAsync([new Acknowledgement(Reader("ann"), All: false, acknowledged)], default);
        await first.AckAsync([new Acknowledgement(Reader("ann"), All: true, all)], default);
        await TryAsync(first, "ann");
        await TryAsync(first, "ann");
        var before = (Inspect(await first.InspectAsync(App, "ann", default)), await LedgerAsync(first, "ann"));
        await CloseAsync(first);

        var second = await OpenAsync();

        Assert.Equal(before, (Inspect(await second.InspectAsync(App, "ann", default)), await LedgerAsync(second, "ann")));
        Assert.Equal((3, 1, 1, 1), before.Item2 is var ledger ? (ledger.Accepted, ledger.Acknowledged, ledger.Dead, ledger.Pending) : default);
        var opened = Assert.Single(await second.OpenAsync([new Opening(Reader("ann"), LogPosition.Start, false, 1, default)], Page, default))!;
        Assert.Equal(["3"], opened.Inbox.Texts());
        Assert.Equal((dead, all), (opened.Inbox.After, opened.AllCursor));
        Assert.Equal(all, (await second.HeadsAsync(default))[App]);
        Assert.Equal(dead, Assert.Single((await second.DeadLettersAsync(App, "ann", DeadLetterCursor.Start, 10, default)).Letters).Entry.Position);
        var repeat = await AppendAsync(second, "ann", "1", key: "key");
        Assert.Equal((AppendState.Repeated, acknowledged, true), (repeat.State, repeat.Position, repeat.Done));
    }

    [Fact]
    public async Task Append_AfterARestart_GoesOnWithTheSequenceInAHigherEpoch()
    {
        var first = await OpenAsync();
        var before = await KeptAsync(first, "ann", "1");
        await CloseAsync(first);

        var second = await OpenAsync();
        var after = await KeptAsync(second, "ann", "2");

        Assert.Equal(before.Seq + 1, after.Seq);
        Assert.True(after.Epoch > before.Epoch);
        Assert.Equal(["1", "2"], await TextsAsync(second, "ann"));
    }

    [Fact]
    public async Task Append_OnAnOlderCopy_RepeatsNoPosition()
    {
        var first = await OpenAsync();
        await KeptAsync(first, "ann", "1");
        await CloseAsync(first);
        System.IO.File.Copy(File, File + ".copy");
        var second = await OpenAsync();
        var lost = await KeptAsync(second, "ann", "lost");
        await CloseAsync(second);

        System.IO.File.Copy(File + ".copy", File, overwrite: true);
        var third = await OpenAsync();

        var next = await KeptAsync(third, "ann", "2");
        Assert.True(next > lost, $"{next} is not after {lost}");
        Assert.Equal(["1", "2"], await TextsAsync(third, "ann"));
    }

    [Fact]
    public async Task Open_OfWhatAKilledProcessLeft_HasWhatWasAnswered()
    {
        var first = await OpenAsync();
        for (var i = 0; i < 50; i++)
        {
            await KeptAsync(first, "ann", $"{i}");
        }

        // As the process would leave it at this moment.
        var copy = Path.Combine(_folder.Path, "killed.db");
        System.IO.File.Copy(File, copy);
        System.IO.File.Copy(File + "-wal", copy + "-wal");
        var second = await OpenAsync(copy);

        Assert.Equal(Enumerable.Range(0, 50).Select(static i => $"{i}"), await TextsAsync(second, "ann"));
        (await LedgerAsync(second, "ann")).AssertBalance();
    }

    [Fact]
    public async Task TakeDue_AfterARestart_StillKnowsWhatIsDue()
    {
        var first = await OpenAsync();
        await AppendAsync(first, "ann", "1", ackTimeout: TimeSpan.Zero);
        await CloseAsync(first);

        var second = await OpenAsync();

        Assert.Equal("ann", Assert.Single(await second.TakeDueAsync(Partition.Of(App, "ann"), 10, Long, default)).User);
    }

    [Fact]
    public async Task Open_OfNewFile_IsForItsOwnerOnly()
    {
        await KeptAsync(await OpenAsync(), "ann", "1");

        foreach (var file in Directory.GetFiles(_folder.Path))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : System.IO.File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task Open_OfFileThatIsOpen_SaysSo()
    {
        await OpenAsync();

        await RefusesAsync("another process has it open");
    }

    [Fact]
    public async Task Open_OfFileThatIsNoDatabase_SaysSo()
    {
        await System.IO.File.WriteAllTextAsync(File, new string('x', 10_000));

        await RefusesAsync("it is no database");
        Assert.StartsWith("xxx", await System.IO.File.ReadAllTextAsync(File), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_OfDamagedFile_SaysSo()
    {
        var store = await OpenAsync();
        for (var i = 0; i < 200; i++)
        {
            await KeptAsync(store, "ann", new string('y', 500));
        }

        await CloseAsync(store);
        using (var file = System.IO.File.OpenHandle(File, FileMode.Open, FileAccess.ReadWrite))
        {
            // All pages but the first, which has the header and the schema.
            RandomAccess.Write(file, new byte[(int)RandomAccess.GetLength(file) - 4096], 4096);
        }

        await RefusesAsync("it is damaged");
    }

    [Fact]
    public async Task Open_OfAnotherDatabase_SaysSoAndLeavesIt()
    {
        Run("CREATE TABLE theirs (id INTEGER)");

        await RefusesAsync("it is a database of something else");

        Run("INSERT INTO theirs VALUES (1)");
    }

    [Fact]
    public async Task Open_OfANewerLayout_NamesBoth()
    {
        await CloseAsync(await OpenAsync());
        Run("PRAGMA user_version = 2");

        await RefusesAsync("its layout is version 2; this register knows 1");
    }

    [Fact]
    public async Task Open_OfAFolder_SaysSo()
    {
        _folder.Make("channels.db");

        await RefusesAsync("");
    }

    [Fact]
    public async Task Open_InAFolderThatIsNotThere_SaysSo() => await RefusesAsync("", Path.Combine(_folder.Path, "none", "channels.db"));

    [Fact]
    public async Task Calls_WhenItIsClosed_AreUnavailable()
    {
        var store = await OpenAsync();
        await KeptAsync(store, "ann", "1");
        await CloseAsync(store);

        Assert.Equal(AppendState.Unavailable, (await AppendAsync(store, "ann", "2")).State);
        Assert.Equal([null], await store.OpenAsync([new Opening(Reader("ann"), LogPosition.Start, true, 1, default)], Page, default));
        Assert.Equal([null], await store.ReadAsync([new LogRead(App, "ann", LogPosition.Start)], Page, default));
        Assert.Equal([AckOutcome.Unavailable], await store.AckAsync([new Acknowledgement(Reader("ann"), false, LogPosition.Start)], default));
        var fault = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.HeadsAsync(default));
        Assert.Contains(File, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Append_OfManyAtOnce_AnswersEach()
    {
        var store = await OpenAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 2_000).Select(i => AppendAsync(store, $"user-{i % 10}", $"{i}")));

        Assert.All(outcomes, static outcome => Assert.Equal(AppendState.Appended, outcome.State));
        Assert.Equal(200, (await store.InspectAsync(App, "user-3", default)).Messages);
    }

    private static (LogPosition, int, long, string) Inspect(StoredInbox inbox) => (inbox.Head, inbox.Messages, inbox.Bytes, string.Join(',', inbox.Readers));

    private static Reader Reader(string user) => new(App, user, "");

    private static async Task TryAsync(SqliteChannelStore store, string user) =>
        await store.OpenAsync([new Opening(Reader(user), LogPosition.Start, IsAttempt: true, MaxAttempts: 1, TimeSpan.Zero)], Page, default);

    private static async Task<AppendOutcome> AppendAsync(SqliteChannelStore store, string user, string text, string key = "", TimeSpan? ackTimeout = null)
    {
        var rules = new AppendRules(1_000, 1_000_000, ackTimeout ?? Long, Long);
        return Assert.Single(await store.AppendAsync([new Append(App, user, "id", Encoding.UTF8.GetBytes(text), key, new byte[16], Long, rules)], default));
    }

    private static async Task<LogPosition> KeptAsync(SqliteChannelStore store, string user, string text, string key = "")
    {
        var outcome = await AppendAsync(store, user, text, key);
        Assert.Equal(AppendState.Appended, outcome.State);
        return outcome.Position;
    }

    private static async Task<string[]> TextsAsync(SqliteChannelStore store, string user) =>
        Assert.Single(await store.ReadAsync([new LogRead(App, user, LogPosition.Start)], Page, default))!.Texts();

    private static Task<LedgerCounts> LedgerAsync(SqliteChannelStore store, string user) => store.LedgerAsync(App, Partition.Of(App, user), measure: true, default);

    private static async Task CloseAsync(SqliteChannelStore store)
    {
        await store.StopAsync(CancellationToken.None);
        store.Dispose();
    }

    private async Task<SqliteChannelStore> OpenAsync(string? file = null)
    {
        var store = await _stores.OpenSqliteAsync(file ?? File);
        _open.Add(store);
        return store;
    }

    private async Task RefusesAsync(string why, string? file = null)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => OpenAsync(file));
        Assert.StartsWith($"Store:Channels:File: The file of channels {file ?? File} cannot be used: {why}", fault.Message, StringComparison.Ordinal);
    }

    private void Run(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
