using System.Text.Json;
using Microservices.Clusters;
using Microservices.Testing;
using Microsoft.Playwright;

namespace Microservices.Js.Tests.Browser;

/// <summary>The test page with its client, driven from outside.</summary>
internal sealed class ClientPage : IAsyncDisposable
{
    private readonly IPage _page;
    private readonly List<string> _console = [];

    private ClientPage(IPage page)
    {
        _page = page;
        page.Console += (_, message) => _console.Add(message.Text);
        page.PageError += (_, fault) => _console.Add($"uncaught: {fault}");
    }

    public IPage Page => _page;

    /// <summary>Loads the page of an origin; <paramref name="beside"/> = in the profile of that page, as a further tab.</summary>
    public static async Task<ClientPage> OpenAsync(Chromium chromium, string origin, ClientPage? beside = null)
    {
        var page = new ClientPage(beside is null ? await chromium.NewPageAsync() : await beside._page.Context.NewPageAsync());
        await page._page.GotoAsync(origin);
        await page.WaitUntilLoadedAsync();
        return page;
    }

    public Task BeginAsync(Dictionary<string, object> options) => _page.EvaluateAsync("options => window.begin(options)", options);

    public async Task ReloadAsync()
    {
        await _page.ReloadAsync();
        await WaitUntilLoadedAsync();
    }

    /// <summary>What its handler has finished with, over all loads of the page.</summary>
    public Task<string[]> HandledAsync() => _page.EvaluateAsync<string[]>("() => window.handled()");

    public Task<string[]> ChatsAsync() => _page.EvaluateAsync<string[]>("() => window.told.chats");

    public Task<T> AskAsync<T>(string expression) => _page.EvaluateAsync<T>(expression);

    public Task SendChatAsync(TestUser to, string text) =>
        _page.EvaluateAsync("([to, text]) => void window.client.sendChat(to, text)", new[] { to.Name, text });

    public Task CloseClientAsync() => _page.EvaluateAsync("() => window.client.close()");

    /// <summary>Waits for a state of the client, such as <c>phase === "verified"</c>.</summary>
    public Task WaitForStateAsync(string condition) =>
        WaitForAsync($"() => window.told.states.length > 0 && (({{ phase, reason, endpoint }}) => {condition})(window.told.states.at(-1))", condition);

    /// <summary>Waits until what its handler has finished with is this, in this order.</summary>
    public async Task WaitForHandledAsync(params string[] expected)
    {
        string[] handled = [];
        await Eventually.HoldsAsync(
            async () => (handled = await HandledAsync()).Length >= expected.Length,
            $"{expected.Length} messages are handled",
            () => $"handled: {string.Join(", ", handled)}\n{StateAsync().Result}",
            TimeSpan.FromSeconds(90));
        Assert.Equal(expected, handled);
    }

    public async Task WaitForAsync(string condition, string what)
    {
        await Eventually.HoldsAsync(
            async () => await _page.EvaluateAsync<bool>(condition), what, () => StateAsync().Result, TimeSpan.FromSeconds(90));
    }

    public async ValueTask DisposeAsync() => await _page.CloseAsync();

    private Task WaitUntilLoadedAsync() => WaitForAsync("() => window.isLoaded === true", "the page's script has run");

    private async Task<string> StateAsync()
    {
        var told = await _page.EvaluateAsync<JsonElement>("() => window.told ?? null");
        return $"told: {told}\nconsole: {string.Join('\n', _console)}";
    }
}
