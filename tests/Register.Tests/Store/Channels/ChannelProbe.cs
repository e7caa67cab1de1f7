using System.Text;
using Microservices.Contracts.Register;
using Microservices.Register.Store;
using Microservices.Testing;

namespace Microservices.Register.Tests.Store.Channels;

/// <summary>A store of channels under a test's own server; users of one app.</summary>
internal sealed class ChannelProbe(Stores stores) : IAsyncDisposable
{
    public const string App = "probe";

    public static readonly AppendRules Rules = new(100_000, 100_000_000, AckTimeout: TimeSpan.FromMinutes(10), KeyWindow: TimeSpan.FromHours(1));
    private static readonly PageLimits Page = new(1_000, 1_000_000);

    public Stores Stores => stores;

    public IChannelStore Channels => stores.Channels;

    /// <summary>Connects, and waits until the server answers.</summary>
    public static async Task<ChannelProbe> ConnectAsync(string endpoints, TimeSpan? timeout = null)
    {
        var probe = new ChannelProbe(await Stores.RedisAsync(endpoints, timeout));
        await probe.AnsweredAsync();
        return probe;
    }

    public static Append NewAppend(string user, string text, string key = "", TimeSpan? timeToLive = null, AppendRules? rules = null) => new(
        App, user, "id of " + text, Encoding.UTF8.GetBytes(text), key, new byte[16], timeToLive ?? TimeSpan.FromHours(1), rules ?? Rules);

    public Task AnsweredAsync() => Eventually.HoldsAsync(
        async () =>
        {
            try
            {
                await Channels.HeadsAsync(default);
                return true;
            }
            catch (StoreUnavailableException)
            {
                return false;
            }
        },
        "redis answers");

    public async Task<AppendOutcome> TryAppendAsync(Append append) => Assert.Single(await Channels.AppendAsync([append], default));

    public async Task<LogPosition> AppendAsync(string user, string text, string key = "", TimeSpan? timeToLive = null)
    {
        var outcome = await TryAppendAsync(NewAppend(user, text, key, timeToLive));
        Assert.Equal(AppendState.Appended, outcome.State);
        return outcome.Position;
    }

    public async Task<LogPosition[]> AppendManyAsync(string user, int count, Func<int, TimeSpan?>? timeToLive = null, string text = "") => [..
        (await Channels.AppendAsync([.. Enumerable.Range(0, count).Select(i => NewAppend(user, $"{i}{text}", timeToLive: timeToLive?.Invoke(i)))], default))
            .Select(static outcome => outcome.Position)];

    public async Task<AckOutcome> AckAsync(string user, LogPosition position, string device = "", bool all = false) =>
        Assert.Single(await Channels.AckAsync([new Acknowledgement(new Reader(App, user, device), all, position)], default));

    public async Task<Opened> OpenAsync(string user, string device = "", LogPosition allHead = default)
    {
        var opened = Assert.Single(await Channels.OpenAsync([new Opening(new Reader(App, user, device), allHead, true, 16, TimeSpan.FromHours(1))], Page, default));
        Assert.NotNull(opened);
        return opened;
    }

    public async Task<LogPage> ReadAsync(string user, LogPosition after = default, PageLimits? limits = null)
    {
        var page = Assert.Single(await Channels.ReadAsync([new LogRead(App, user, after)], limits ?? Page, default));
        Assert.NotNull(page);
        return page;
    }

    public Task<StoredInbox> InspectAsync(string user) => Channels.InspectAsync(App, user, default);

    public Task<LedgerCounts> LedgerAsync(string user) => Channels.LedgerAsync(App, Contracts.Partition.Of(App, user), measure: true, default);

    public ValueTask DisposeAsync() => stores.DisposeAsync();
}
