using Microservices.Center.ApiKeys;
using Microservices.Clusters;
using Microservices.Console.Tests.Support;
using Microservices.Contracts.Center;
using Microservices.Integration.Tests.Standalone;
using Microservices.Integration.Tests.Wire;
using Microservices.Testing;

[assembly: AssemblyFixture(typeof(ConsoleWorld))]

namespace Microservices.Console.Tests.Support;

/// <summary>The whole platform as a newcomer starts it, in a process of its own, and one real browser; made for the first test that asks.</summary>
public sealed class ConsoleWorld : IAsyncDisposable
{
    /// <summary>How long a page or the browser may take on a busy machine, ms.</summary>
    internal const int TimeoutMs = 120_000;

    private const int HttpPort = 8301;
    private const string BrowserPath = "/usr/bin/chromium";

    private static readonly string[] BrowserArguments =
        ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private readonly TempFolder _folder = new();
    private readonly Lazy<Task<StandaloneProcess>> _standalone;
    private readonly Lazy<Task<IBrowser>> _browser;
    private IPlaywright? _playwright;

    public ConsoleWorld()
    {
        _standalone = new(StartPlatformAsync);
        _browser = new(StartBrowserAsync);
        Keys = new TestKeys(_folder.Path);
    }

    internal TestKeys Keys { get; }

    internal async Task<StandaloneProcess> StandaloneAsync() => await _standalone.Value;

    /// <summary>Where the pages are.</summary>
    internal async Task<Uri> AddressAsync() => new($"http://127.0.0.1:{(await _standalone.Value).PortOf(HttpPort)}");

    /// <summary>Somebody at a browser who has never been there.</summary>
    internal async Task<Visitor> NewVisitorAsync(string locale = "en-US", bool hasScript = true)
    {
        var address = await AddressAsync();
        return await Visitor.StartAsync(await _browser.Value, address, locale, hasScript);
    }

    /// <summary>The same, logged in with a key that may do everything.</summary>
    internal async Task<Visitor> NewSenderAsync(string locale = "en-US", string app = Cluster.DefaultApp, bool hasScript = true)
    {
        var visitor = await NewVisitorAsync(locale, hasScript);
        await visitor.LogInAsync(Keys.All);
        await visitor.OpenAsync($"/console/send?app={app}");
        return visitor;
    }

    /// <summary>An app that no other test has, so that "everybody" is everybody of one test.</summary>
    internal async Task<string> NewAppAsync(Action<AppDescription>? describe = null)
    {
        var app = new AppDescription { Name = $"app-{Guid.NewGuid():N}"[..20], Sender = "news desk" };
        describe?.Invoke(app);
        await (await _standalone.Value).WithCenterAsync(async center => await center.PutAppAsync(new PutAppRequest { App = app }));
        return app.Name;
    }

    /// <summary>Users with these names in the app, and their tokens.</summary>
    internal async Task<TestUser[]> NewUsersAsync(string app, params string[] names)
    {
        var users = new List<TestUser>();
        await (await _standalone.Value).WithCenterAsync(async center =>
        {
            foreach (var name in names)
            {
                users.Add(new TestUser(name, (await center.IssueTokenAsync(new IssueTokenRequest { App = app, User = name })).Token));
            }
        });
        return [.. users];
    }

    /// <summary>A client of the chat protocol.</summary>
    internal async Task<WireClient> OldClientAsync(TestUser user, string app) => await WireClient.LoginAsync(await GatewayPortAsync(), user, app);

    /// <summary>A client that says that it is a new one.</summary>
    internal async Task<WireClient> NewClientAsync(TestUser user, string app) => await WireClient.LoginAsync(await GatewayPortAsync(), user, app, "test/1");

    public async ValueTask DisposeAsync()
    {
        if (_browser.IsValueCreated)
        {
            await (await _browser.Value).DisposeAsync();
            _playwright?.Dispose();
        }

        if (_standalone.IsValueCreated)
        {
            await (await _standalone.Value).DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task<int> GatewayPortAsync() => (await _standalone.Value).PortOf(StandaloneProcess.GatewayPort);

    private async Task<StandaloneProcess> StartPlatformAsync()
    {
        var standalone = await StandaloneProcess.StartAsync(_folder.Path, StandaloneProcess.FreeOffset());
        await standalone.WaitForWelcomeAsync();
        return standalone;
    }

    private async Task<IBrowser> StartBrowserAsync()
    {
        DebianPackage.Require("chromium", BrowserPath);
        Assertions.SetDefaultExpectTimeout(TimeoutMs);
        _playwright = await Playwright.CreateAsync();
        return await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = BrowserPath, Args = BrowserArguments, Timeout = TimeoutMs });
    }
}
