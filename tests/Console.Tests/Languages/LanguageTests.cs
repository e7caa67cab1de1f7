namespace Microservices.Console.Tests.Languages;

/// <summary>Chinese and English: as the browser asks for, changed with a press, remembered.</summary>
public sealed class LanguageTests(ConsoleWorld world)
{
    [Theory]
    [InlineData(null, "en", "Log in")]
    [InlineData("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN", "登录")]
    [InlineData("zh-TW", "zh-CN", "登录")]
    [InlineData("de,fr;q=0.9", "en", "Log in")]
    [InlineData("en;q=0.5,zh;q=0.9", "zh-CN", "登录")]
    [InlineData("zh;q=0,en", "en", "Log in")]
    [InlineData("*", "en", "Log in")]
    [InlineData(";;;=,q", "en", "Log in")]
    public async Task Page_IsInTheLanguageThatTheBrowserAsksFor(string? asked, string tag, string title)
    {
        using var caller = new WebCaller(await world.AddressAsync());

        var page = await caller.ReadAsync("/console/login", asked);

        Assert.Contains($"<html lang=\"{tag}\">", page, StringComparison.Ordinal);
        Assert.Contains($"<h1>{title}</h1>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Switch_BeforeTheLogin_IsRememberedBehindIt(bool hasScript)
    {
        await using var visitor = await world.NewVisitorAsync("en-US", hasScript);
        await visitor.OpenAsync("/");

        await visitor.Page.GetByRole(AriaRole.Button, new() { Name = "中文" }).ClickAsync();

        await Assertions.Expect(visitor.Page.Locator("h1")).ToHaveTextAsync("登录");
        await visitor.LogInAsync(world.Keys.All);
        await Assertions.Expect(visitor.Page.Locator("h1")).ToHaveTextAsync("发送消息");
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Button, new() { Name = "中文" })).ToHaveAttributeAsync("aria-pressed", "true");
    }

    [Fact]
    public async Task Switch_WhileWriting_KeepsWhatIsWritten()
    {
        await using var sender = await world.NewSenderAsync("zh-CN", await world.NewAppAsync());
        await sender.Page.CheckAsync("#to-several");
        await sender.Page.FillAsync("#names", "alice\nbob");
        await sender.Text.FillAsync("\n 一半的消息");
        await sender.Page.CheckAsync("#keep-yes");

        await sender.Page.GetByRole(AriaRole.Button, new() { Name = "English" }).ClickAsync();

        await Assertions.Expect(sender.Page.Locator("h1")).ToHaveTextAsync("Send a message");
        await Assertions.Expect(sender.Text).ToHaveValueAsync("\n 一半的消息");
        await Assertions.Expect(sender.Page.Locator("#names")).ToHaveValueAsync("alice\nbob");
        await Assertions.Expect(sender.Page.Locator("#to-several")).ToBeCheckedAsync();
        await Assertions.Expect(sender.Page.Locator("#keep-yes")).ToBeCheckedAsync();
        await sender.OpenAsync("/console/send");
        await Assertions.Expect(sender.Page.Locator("h1")).ToHaveTextAsync("Send a message");
    }
}
