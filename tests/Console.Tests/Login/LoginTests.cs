using System.Net;
using Microservices.Testing;

namespace Microservices.Console.Tests.Login;

/// <summary>In with an API key, out again, and not in otherwise.</summary>
public sealed class LoginTests(ConsoleWorld world)
{
    [Fact]
    public async Task LogIn_RightKey_OpensTheSendPageAndTheKeyIsNowhere()
    {
        await using var visitor = await world.NewVisitorAsync();

        await visitor.LogInAsync(world.Keys.All);

        await Assertions.Expect(visitor.Page).ToHaveTitleAsync("Send a message · Message center");
        await Assertions.Expect(visitor.Page.Locator(".who")).ToHaveTextAsync("Key: standalone");
        Assert.DoesNotContain(world.Keys.All, await visitor.Page.ContentAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(visitor.Requests, url => url.Contains("mk_", StringComparison.Ordinal));
        var cookies = await visitor.Page.Context.CookiesAsync();
        Assert.Contains(cookies, static cookie => cookie is { Name: "console-session", HttpOnly: true, SameSite: SameSiteAttribute.Strict, Path: "/console" });
        Assert.DoesNotContain(cookies, static cookie => cookie.Value.Contains("mk_", StringComparison.Ordinal) || cookie.Value.Contains("standalone", StringComparison.Ordinal));
        Assert.DoesNotContain("localStorage", await visitor.Page.Context.StorageStateAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(world.Keys.All, (await world.StandaloneAsync()).Process.Output, StringComparison.Ordinal);
        Assert.Empty(visitor.Faults);
    }

    [Fact]
    public async Task LogIn_WrongOrNoKey_IsToldInTheLanguageOfThePage()
    {
        await using var visitor = await world.NewVisitorAsync("zh-CN");
        await visitor.OpenAsync("/");

        await visitor.Page.ClickAsync(".primary");
        await Assertions.Expect(visitor.Page.Locator("#fault")).ToHaveTextAsync("请输入密钥。");
        await visitor.Page.FillAsync("#key", $"mk_standalone_{new string('A', 43)}");
        await visitor.Page.PressAsync("#key", "Enter");

        await Assertions.Expect(visitor.Page.Locator("#fault")).ToContainTextAsync("密钥无效");
        await Assertions.Expect(visitor.Page.Locator("#key")).ToHaveValueAsync("");
        await Assertions.Expect(visitor.Page.Locator("#key")).ToHaveAttributeAsync("aria-invalid", "true");
    }

    [Fact]
    public async Task LogIn_ExpiredKey_IsToldSo()
    {
        await using var visitor = await world.NewVisitorAsync();
        await visitor.OpenAsync("/console/login");

        await visitor.Page.FillAsync("#key", world.Keys.Expired);
        await visitor.Page.ClickAsync(".primary");

        await Assertions.Expect(visitor.Page.Locator("#fault")).ToHaveTextAsync("This key has expired. Ask for a new one.");
    }

    [Fact]
    public async Task LogIn_ManyWrongKeys_AreRefusedUnheardAndTheRightOneIsNot()
    {
        using var caller = new WebCaller(await world.AddressAsync(), from: 9);
        var answers = new List<HttpStatusCode>();

        for (var i = 0; i < 25; i++)
        {
            using var answer = await caller.LogInAsync($"mk_standalone_{i:D43}");
            answers.Add(answer.StatusCode);
        }

        using var right = await caller.LogInAsync(world.Keys.All);
        Assert.Equal(HttpStatusCode.Unauthorized, answers[0]);
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        Assert.Equal((HttpStatusCode.SeeOther, "/console/send"), (right.StatusCode, right.Headers.Location?.ToString()));
    }

    [Fact]
    public async Task LogOut_EndsTheLoginAlsoForWhoKeptTheCookie()
    {
        await using var visitor = await world.NewSenderAsync();
        var kept = (await visitor.Page.Context.CookiesAsync()).Single(static cookie => cookie.Name == "console-session");

        await visitor.Page.ClickAsync("#log-out");

        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("You are logged out.");
        await visitor.OpenAsync("/console/send");
        await Assertions.Expect(visitor.Page.Locator("#key")).ToBeVisibleAsync();
        using var thief = new WebCaller(await world.AddressAsync());
        thief.Cookies.Add(await world.AddressAsync(), new System.Net.Cookie(kept.Name, kept.Value, "/console"));
        using var answer = await thief.GetAsync("/console/send");
        Assert.Equal((HttpStatusCode.SeeOther, "/console/login?ended=1"), (answer.StatusCode, answer.Headers.Location?.ToString()));
    }

    [Fact]
    public async Task Key_RemovedFromTheFile_EndsItsLogins()
    {
        await using var visitor = await world.NewVisitorAsync();
        await visitor.LogInAsync(world.Keys.Leaver);

        world.Keys.RemoveLeaver();

        await Eventually.HoldsAsync(
            async () =>
            {
                await visitor.OpenAsync("/console/send");
                return visitor.Page.Url.EndsWith("/console/login?ended=1", StringComparison.Ordinal);
            },
            "the login has ended",
            () => visitor.Page.Url);
        await Assertions.Expect(visitor.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("You have been logged out");
    }

    [Theory]
    [InlineData("/console/send")]
    [InlineData("/console/send?app=default")]
    [InlineData("/console")]
    [InlineData("/console/anything")]
    public async Task Page_WithoutLogin_LeadsToTheLogin(string path)
    {
        using var caller = new WebCaller(await world.AddressAsync());

        using var answer = await caller.GetAsync(path);

        Assert.Equal((HttpStatusCode.SeeOther, "/console/login"), (answer.StatusCode, answer.Headers.Location?.ToString()));
    }

    [Fact]
    public async Task List_WithoutLogin_IsRefused()
    {
        using var caller = new WebCaller(await world.AddressAsync());

        using var answer = await caller.GetAsync("/console/send/people?app=default");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }
}
