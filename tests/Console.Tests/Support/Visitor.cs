using Microservices.Testing;

namespace Microservices.Console.Tests.Support;

/// <summary>Somebody at a browser, with cookies of their own.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private readonly Uri _address;
    private readonly List<string> _requests = [];
    private readonly List<string> _faults = [];

    private Visitor(IPage page, Uri address)
    {
        (Page, _address) = (page, address);
        page.SetDefaultTimeout(ConsoleWorld.TimeoutMs);
        page.Request += (_, request) => _requests.Add(request.Url);
        page.PageError += (_, fault) => _faults.Add(fault);
        page.Dialog += (_, dialog) =>
        {
            _faults.Add($"dialog: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
    }

    public IPage Page { get; }

    /// <summary>Everything that the pages asked for.</summary>
    public IReadOnlyList<string> Requests => _requests;

    /// <summary>Faults of scripts, and dialogs, which our pages never open.</summary>
    public IReadOnlyList<string> Faults => _faults;

    public ILocator Result => Page.Locator("#result");

    public ILocator People => Page.Locator("#people tbody tr");

    public ILocator Chosen => Page.Locator("#chosen li");

    public ILocator Text => Page.Locator("#text");

    public static async Task<Visitor> StartAsync(IBrowser browser, Uri address, string locale, bool hasScript)
    {
        var context = await browser.NewContextAsync(new() { Locale = locale, JavaScriptEnabled = hasScript });
        return new Visitor(await context.NewPageAsync(), address);
    }

    public Task<IResponse?> OpenAsync(string path) => Page.GotoAsync(new Uri(_address, path).ToString());

    public async Task LogInAsync(string key)
    {
        await OpenAsync("/");
        await Page.FillAsync("#key", key);
        await Page.ClickAsync(".primary");
        await Page.WaitForURLAsync("**/console/send");
    }

    /// <summary>Ticks a user of the list.</summary>
    public Task TickAsync(string user) => Row(user).Locator("input").CheckAsync();

    public ILocator Row(string user) => People.Filter(new() { Has = Page.GetByRole(AriaRole.Rowheader, new() { Name = user, Exact = true }) });

    public async Task SendAsync()
    {
        await Page.ClickAsync("#send-button");
        await Assertions.Expect(Result).ToBeVisibleAsync();
    }

    public Task ResultHasAsync(string text) => Assertions.Expect(Result).ToContainTextAsync(text);

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
