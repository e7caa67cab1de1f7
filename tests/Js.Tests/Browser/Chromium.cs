using Microservices.Js.Tests.Browser;
using Microservices.Testing;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace Microservices.Js.Tests.Browser;

/// <summary>Debian's Chromium without a window, started by the first test that asks for it.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private const string Executable = "/usr/bin/chromium";

    // For a machine that is busy.
    private const int TimeoutMs = 120_000;

    private readonly Lazy<Task<(IPlaywright Driver, IBrowser Browser)>> _running = new(static () => StartAsync());

    /// <summary>A page in a profile of its own, which goes with it.</summary>
    internal async Task<IPage> NewPageAsync()
    {
        var context = await (await _running.Value).Browser.NewContextAsync();
        context.SetDefaultTimeout(TimeoutMs);
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_running.IsValueCreated && _running.Value.IsCompletedSuccessfully)
        {
            var (driver, browser) = await _running.Value;
            await browser.DisposeAsync();
            driver.Dispose();
        }
    }

    private static async Task<(IPlaywright, IBrowser)> StartAsync()
    {
        DebianPackage.Require("chromium", Executable);
        var driver = await Playwright.CreateAsync();
        var browser = await driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
            Timeout = TimeoutMs,
        });
        return (driver, browser);
    }
}
