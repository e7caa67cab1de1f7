using System.Security.Cryptography;
using System.Text;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store.Channels;

/// <summary>
/// What every store of channels does. Each test has an app of its own, so that they can share a server; after each of them the ledger of every partition that it
/// used is in balance.
/// </summary>
public abstract class ChannelContract(StoreFixture fixture) : IAsyncLifetime
{
    internal static readonly AppendRules Plenty = new(1_000, 1_000_000, AckTimeout: TimeSpan.FromMinutes(10), KeyWindow: TimeSpan.FromHours(1));
    internal static readonly PageLimits WholePage = new(1_000, 1_000_000);
    internal static readonly TimeSpan Long = TimeSpan.FromHours(1);
    internal static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly HashSet<int> _partitions = [];

    private protected string App { get; } = "c" + Guid.NewGuid().ToString("N")[..12];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var partition in _partitions)
        {
            (await (await ChannelsAsync()).LedgerAsync(App, partition, measure: true, default)).AssertBalance();
        }

        GC.SuppressFinalize(this);
    }

    private protected async Task<IChannelStore> ChannelsAsync() => (await fixture.StoresAsync()).Channels;

    private protected async Task<ISessionStore> SessionsAsync() => (await fixture.StoresAsync()).Sessions;

    private protected Append NewAppend(string user, string text, string key = "", TimeSpan? timeToLive = null, AppendRules? rules = null)
    {
        if (user.Length > 0)
        {
            _partitions.Add(Partition.Of(App, user));
        }

        var content = Encoding.UTF8.GetBytes(text);
        return new Append(App, user, "id-" + Guid.NewGuid().ToString("N"), content, key, SHA256.HashData(content).AsMemory(0, 16), timeToLive ?? Long, rules ?? Plenty);
    }

    private protected async Task<AppendOutcome> AppendAsync(Append append) =>
        Assert.Single(await (await ChannelsAsync()).AppendAsync([append], default));

    private protected Task<AppendOutcome> AppendAsync(string user, string text, string key = "", TimeSpan? timeToLive = null, AppendRules? rules = null) =>
        AppendAsync(NewAppend(user, text, key, timeToLive, rules));

    private protected async Task<LogPosition> KeptAsync(string user, string text, string key = "", TimeSpan? timeToLive = null, AppendRules? rules = null)
    {
        var outcome = await AppendAsync(user, text, key, timeToLive, rules);
        Assert.Equal(AppendState.Appended, outcome.State);
        return outcome.Position;
    }

    /// <summary>Appends a message, and waits until it has expired.</summary>
    private protected async Task<LogPosition> ExpiredAsync(string user, string text, TimeSpan? timeToLive = null)
    {
        var position = await KeptAsync(user, text, timeToLive: timeToLive ?? Moment);
        await Eventually.HoldsAsync(
            async () => (await ReadAsync(user)).Entries.All(entry => entry.Position != position), "it has expired");
        return position;
    }

    /// <summary>A few ms of store time: what is due in 1 ms is then due, and what is seen then is seen later.</summary>
    private protected async Task PassMomentAsync() => await ExpiredAsync("clock", "tick", 4 * Moment);

    private protected async Task<Opened> OpenAsync(
        string user,
        string device = "",
        LogPosition allHead = default,
        bool isAttempt = true,
        int maxAttempts = 16,
        TimeSpan? minDeadAge = null,
        PageLimits? limits = null)
    {
        var opening = new Opening(new Reader(App, user, device), allHead, isAttempt, maxAttempts, minDeadAge ?? Long);
        var opened = Assert.Single(await (await ChannelsAsync()).OpenAsync([opening], limits ?? WholePage, default));
        Assert.NotNull(opened);
        return opened;
    }

    private protected async Task<LogPage> ReadAsync(string user, LogPosition after = default, PageLimits? limits = null)
    {
        var page = Assert.Single(await (await ChannelsAsync()).ReadAsync([new LogRead(App, user, after)], limits ?? WholePage, default));
        Assert.NotNull(page);
        return page;
    }

    private protected async Task<AckOutcome> AckAsync(string user, LogPosition position, string device = "", bool all = false) =>
        Assert.Single(await (await ChannelsAsync()).AckAsync([new Acknowledgement(new Reader(App, user, device), all, position)], default));

    private protected async Task<StoredInbox> InspectAsync(string user) => await (await ChannelsAsync()).InspectAsync(App, user, default);

    private protected async Task<StoredReader> ReaderAsync(string user, string device = "") =>
        Assert.Single((await InspectAsync(user)).Readers, reader => reader.Device == device);

    private protected async Task<LedgerCounts> LedgerAsync(string user) =>
        await (await ChannelsAsync()).LedgerAsync(App, Partition.Of(App, user), measure: true, default);

    private protected async Task<IReadOnlyList<StoredDeadLetter>> DeadLettersAsync(string user)
    {
        var page = await (await ChannelsAsync()).DeadLettersAsync(App, user, DeadLetterCursor.Start, 100, default);
        Assert.Null(page.Next);
        return page.Letters;
    }

    /// <summary>Users whose inboxes lie in one partition.</summary>
    private protected string[] UsersOfOnePartition(int count, int partition = 7) =>
        [.. Enumerable.Range(0, int.MaxValue).Select(static i => $"user-{i}").Where(user => Partition.Of(App, user) == partition).Take(count)];

    private protected async Task<ulong> LoginAsync(string user)
    {
        var session = new Session { App = App, User = user, Key = new SessionKey { Session = 1 }, Incarnation = SessionStoreContract.Room };
        var batch = await (await SessionsAsync()).ClaimAsync([new SessionClaim(session, PerDevice: false)], default);
        return Assert.Single(batch.Outcomes).Epoch;
    }
}
