using System.Globalization;
using Microservices.Js.Tests.Npm;
using Microservices.Testing;
using Microsoft.Playwright;

namespace Microservices.Js.Tests.Browser;

/// <summary>The example page as a newcomer meets it: served by its command, against Standalone.</summary>
public sealed class ExampleTests(JsPackage package, Chromium chromium)
{
    [Fact]
    public async Task Message_WithMarkup_IsShownAsText()
    {
        const string Markup = "<img src=x onerror=\"document.title='owned'\">";
        await package.BuildAsync();
        var port = FreePorts.Take();
        var origin = $"http://127.0.0.1:{port}";
        await using var server = await ToolProcess.StartAsync("node", ["scripts/example.mjs", port.ToString(CultureInfo.InvariantCulture)], JsPackage.Folder);
        await server.WaitForOutputAsync(origin, TimeSpan.FromSeconds(120));
        await using var platform = await StandalonePlatform.StartAsync(origin);
        var (alice, bob) = (platform.DemoUser("alice"), platform.DemoUser("bob"));
        var page = await LoginAsync(origin, platform, alice.Name, alice.Token);
        var other = await LoginAsync(origin, platform, bob.Name, bob.Token);

        await platform.PushAsync(alice, Markup);
        await ShowsAsync(page, $"kept push (text/plain): {Markup}");
        await other.FillAsync("[name=to]", alice.Name);
        await other.FillAsync("[name=text]", Markup);
        await other.ClickAsync("#chat button");

        await ShowsAsync(page, $"bob: {Markup}");
        Assert.Equal("Push client", await page.TitleAsync());
        Assert.Equal(0, await page.Locator("#messages img").CountAsync());
        await page.ClickAsync("#close");
        await page.WaitForFunctionAsync("() => document.querySelector('#state').textContent.startsWith('stopped')");
    }

    private async Task<IPage> LoginAsync(string origin, StandalonePlatform platform, string user, string token)
    {
        var page = await chromium.NewPageAsync();
        await page.GotoAsync(origin);
        await page.FillAsync("[name=dispatcher]", platform.Dispatcher);
        await page.FillAsync("[name=user]", user);
        await page.FillAsync("[name=token]", token);
        await page.ClickAsync("#login button >> nth=0");
        await page.WaitForFunctionAsync("() => document.querySelector('#state').textContent.startsWith('verified')");
        return page;
    }

    private static Task ShowsAsync(IPage page, string text) => Eventually.HoldsAsync(
        async () => (await page.Locator("#messages li").AllTextContentsAsync()).Contains(text),
        $"the page shows '{text}'",
        () => page.ContentAsync().GetAwaiter().GetResult(),
        TimeSpan.FromSeconds(120));
}
