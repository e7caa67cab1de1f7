using Microservices.Clusters;
using Microservices.Contracts.Center;
using Microservices.Js.Tests.Npm;
using Microservices.Testing;

namespace Microservices.Js.Tests.Browser;

/// <summary>The platform as processes, the bundle as it was built, and a page of the origin that the gateways admit.</summary>
public sealed class BrowserWorld(JsPackage package, Chromium chromium) : IAsyncDisposable
{
    private readonly PageServer _pages = new();
    private readonly PageServer _foreign = new();
    private readonly SemaphoreSlim _starting = new(1);
    private Cluster? _cluster;

    internal string Origin => _pages.Origin;

    internal string ForeignOrigin => _foreign.Origin;

    internal Cluster Cluster => _cluster ?? throw new InvalidOperationException("It was not started.");

    /// <summary>Starts what does not run.</summary>
    internal async Task<Cluster> StartAsync()
    {
        await _starting.WaitAsync();
        try
        {
            await package.BuildAsync();
            _cluster ??= await Cluster.StartNewAsync(new ClusterShape(Registers: 1, Gateways: 2, Centers: 1, Dispatchers: 1)
            {
                Options = new Dictionary<string, string>
                {
                    ["WebSocket__AllowedOrigins__0"] = _pages.Origin,
                    ["Rooms__LeaseTime"] = "00:00:05",
                },
            });
            return _cluster;
        }
        finally
        {
            _starting.Release();
        }
    }

    internal Task<ClientPage> OpenAsync(ClientPage? beside = null) => ClientPage.OpenAsync(chromium, Origin, beside);

    internal Task<ClientPage> OpenForeignAsync() => ClientPage.OpenAsync(chromium, ForeignOrigin);

    internal Dictionary<string, object> OptionsOf(TestUser user) => new()
    {
        ["dispatchers"] = new[] { $"http://127.0.0.1:{Cluster.Dispatchers[0].Port}" },
        ["user"] = user.Name,
        ["token"] = user.Token,
        ["reconnect"] = new Dictionary<string, object> { ["initialDelayMs"] = 200, ["maxDelayMs"] = 2_000 },
    };

    /// <summary>A page whose client has logged in.</summary>
    internal async Task<ClientPage> LoginAsync(TestUser user, ClientPage? beside = null)
    {
        var page = await OpenAsync(beside);
        await page.BeginAsync(OptionsOf(user));
        await page.WaitForStateAsync("phase === 'verified'");
        return page;
    }

    internal async Task<UserOutcome> PushAsync(TestUser user, string text, Qos qos = Qos.AtLeastOnce, bool notifyOnly = false)
    {
        var request = ClusterQueries.Text(Cluster.DefaultApp, text, user);
        (request.Qos, request.NotifyOnly) = (qos, notifyOnly);
        return (await Cluster.Center().PushAsync(request)).Outcomes.Single();
    }

    /// <summary>Waits until everything for the user is acknowledged.</summary>
    internal Task WaitForEmptyInboxAsync(TestUser user) => Eventually.HoldsAsync(
        async () => (await Cluster.Center().GetInboxAsync(new GetInboxRequest { App = Cluster.DefaultApp, User = user.Name })).Messages == 0,
        "everything is acknowledged",
        Cluster.State);

    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null)
        {
            await _cluster.DisposeAsync();
        }

        _pages.Dispose();
        _foreign.Dispose();
        _starting.Dispose();
    }
}
