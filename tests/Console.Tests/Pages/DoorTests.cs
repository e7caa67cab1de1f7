using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microservices.Testing;

namespace Microservices.Console.Tests.Pages;

/// <summary>What strangers and other sites may try at the pages.</summary>
public sealed class DoorTests(ConsoleWorld world)
{
    [Fact]
    public async Task Form_OfAnotherSite_IsSentNowhereByTheBrowser()
    {
        var app = await world.NewAppAsync();
        var users = await world.NewUsersAsync(app, "alice");
        await using var alice = await world.OldClientAsync(users[0], app);
        await using var sender = await world.NewSenderAsync(app: app);
        var target = new Uri(await world.AddressAsync(), "/console/send");

        // Another host name is another site, whose form comes without cookies.
        await sender.Page.RouteAsync("http://evil.test/", static route => route.FulfillAsync(new() { ContentType = "text/html", Body = "<title>evil</title>" }));
        await sender.Page.GotoAsync("http://evil.test/");
        await sender.Page.SetContentAsync($"""
            <form method="post" action="{target}"><input name="app" value="{app}"><input name="to" value="one"><input name="names" value="alice">
            <input name="text" value="forged"><button>go</button></form>
            """);
        await sender.Page.ClickAsync("button");

        await Assertions.Expect(sender.Page.Locator("#key")).ToBeVisibleAsync();
        await sender.OpenAsync($"/console/send?app={app}");
        await sender.TickAsync("alice");
        await sender.Text.FillAsync("genuine");
        await sender.SendAsync();
        Assert.Equal("genuine", (await alice.ReceiveAsync(102)).Text("chat_content"));
    }

    [Theory]
    [InlineData("/console/send")]
    [InlineData("/console/send/look")]
    [InlineData("/console/logout")]
    [InlineData("/console/language")]
    [InlineData("/console/login")]
    public async Task Form_WithTheCookiesButWithoutTheToken_IsRefused(string path)
    {
        using var caller = new WebCaller(await world.AddressAsync());
        using var login = await caller.LogInAsync(world.Keys.All);

        using var none = await caller.PostAsync(path, ("to", "everybody"), ("text", "forged"), ("app", "default"), ("language", "zh"));
        using var wrong = await caller.PostAsync(path, ("token", "CfDJ8made-up"), ("to", "everybody"), ("text", "forged"), ("app", "default"));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (none.StatusCode, wrong.StatusCode));
        Assert.Contains("Nothing was sent", await none.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("<h1>Send a message</h1>", await caller.ReadAsync("/console/send"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Form_WithTheTokenOfAnotherLogin_IsRefused()
    {
        using var victim = new WebCaller(await world.AddressAsync());
        var early = WebCaller.TokenOf(await victim.ReadAsync("/console/login"));
        using var login = await victim.LogInAsync(world.Keys.All);
        using var attacker = new WebCaller(await world.AddressAsync());
        using var theirs = await attacker.LogInAsync(world.Keys.All);
        var token = WebCaller.TokenOf(await attacker.ReadAsync("/console/send"));

        using var before = await victim.PostAsync("/console/send", ("token", early), ("app", "default"), ("to", "everybody"), ("text", "forged"));
        using var other = await victim.PostAsync("/console/send", ("token", token), ("app", "default"), ("to", "everybody"), ("text", "forged"));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (before.StatusCode, other.StatusCode));
    }

    [Theory]
    [InlineData("application/json", "{\"to\":\"everybody\"}")]
    [InlineData("text/plain", "to=everybody&text=forged")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"to\"\r\n\r\neverybody\r\n--x--\r\n")]
    public async Task Form_OfAnotherType_IsRefused(string type, string body)
    {
        using var caller = new WebCaller(await world.AddressAsync());
        using var login = await caller.LogInAsync(world.Keys.All);
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        using var answer = await caller.PostAsync("/console/send", content);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Form_TooLarge_IsRefusedWithAPageThatSaysSo()
    {
        using var caller = new WebCaller(await world.AddressAsync());
        using var login = await caller.LogInAsync(world.Keys.All);

        using var large = await caller.PostAsync("/console/send", ("text", new string('x', 1_100_000)));
        using var many = await caller.PostAsync("/console/send", [.. Enumerable.Range(0, 5_000).Select(static i => ("user", $"u{i}"))]);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.RequestEntityTooLarge), (large.StatusCode, many.StatusCode));
        Assert.Contains("That is too much for one form", await many.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/console/login")]
    [InlineData("/console/send")]
    [InlineData("/console/nothing-there")]
    [InlineData("/console/send/people?app=default")]
    [InlineData("/console/assets/console.js")]
    public async Task Answer_TellsTheBrowserToRunNothingElse(string path)
    {
        using var caller = new WebCaller(await world.AddressAsync());
        using var login = path == "/console/login" ? null : await caller.LogInAsync(world.Keys.All);

        using var answer = await caller.GetAsync(path);

        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("form-action 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("same-origin", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        Assert.True(path.Contains("assets", StringComparison.Ordinal) || answer.Headers.CacheControl?.NoStore == true);
    }

    [Fact]
    public async Task Page_WithScriptInNames_ShowsThemAsText()
    {
        const string Name = "<img src=x onerror=alert(1)>\"'&amp;<script>alert(2)</script>";
        var app = await world.NewAppAsync();
        var users = await world.NewUsersAsync(app, Name);
        await using var client = await world.NewClientAsync(users[0], app);
        await using var sender = await world.NewSenderAsync(app: app);

        await Assertions.Expect(sender.People.Locator("th")).ToHaveTextAsync([Name]);
        await sender.Page.FillAsync("#search", "<script>");
        await sender.Page.ClickAsync("#look");
        await sender.People.Locator("input").CheckAsync();
        await Assertions.Expect(sender.Chosen).ToHaveTextAsync([Name]);
        await sender.Text.FillAsync("</textarea><script>alert(3)</script>");
        await sender.Page.FillAsync("#names", "<script>alert(4)</script>");
        await sender.SendAsync();
        await sender.ResultHasAsync("2 people are chosen");
        await Assertions.Expect(sender.Text).ToHaveValueAsync("</textarea><script>alert(3)</script>");
        await sender.Page.CheckAsync("#to-several");
        await sender.Page.ClickAsync("#send-button");

        await Assertions.Expect(sender.Result.Locator("dd bdi")).ToHaveTextAsync([Name, "<script>alert(4)</script>"]);
        Assert.Equal(0, await sender.Page.Locator("img[src=x], main script").CountAsync());
        Assert.Equal("</textarea><script>alert(3)</script>", (await client.ReceiveAsync(106)).Text("payload"));
        Assert.Empty(sender.Faults);
    }

    [Fact]
    public async Task Pages_AskNoOtherHostForAnything()
    {
        await using var sender = await world.NewSenderAsync(app: await world.NewAppAsync());
        await sender.SendAsync();

        var host = (await world.AddressAsync()).Authority;
        Assert.NotEmpty(sender.Requests);
        Assert.All(sender.Requests, url => Assert.Equal(host, new Uri(url).Authority));
    }

    [Fact]
    public async Task Pages_AreOnTheHttpPortOnly()
    {
        var standalone = await world.StandaloneAsync();
        using var grpc = new HttpClient { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var admin = new HttpClient();

        using var ofGrpc = await grpc.GetAsync(new Uri($"http://127.0.0.1:{standalone.PortOf(8300)}/console/login"));
        using var ofAdmin = await admin.GetAsync(new Uri($"http://127.0.0.1:{standalone.PortOf(8302)}/console/login"));

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (ofGrpc.StatusCode, ofAdmin.StatusCode));
    }

    [Fact]
    public async Task Metrics_CountWhatWasRefused()
    {
        var address = await world.AddressAsync();
        using var caller = new WebCaller(address);
        using var login = await caller.LogInAsync(world.Keys.All);
        using var forged = await caller.PostAsync("/console/send", ("text", "forged"));
        using var admin = new HttpClient();

        var metrics = await admin.GetStringAsync(new Uri($"http://127.0.0.1:{(await world.StandaloneAsync()).PortOf(8302)}/metrics"));

        Assert.Contains("center_console_logins_total{outcome=\"accepted\"}", metrics, StringComparison.Ordinal);
        Assert.Contains("center_console_refused_total{cause=\"forgery\"}", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zh-CN", "没有这个页面")]
    [InlineData("en-US", "There is no such page")]
    public async Task Page_ThatIsNone_SaysSo(string locale, string title)
    {
        await using var visitor = await world.NewSenderAsync(locale);

        var answer = await visitor.OpenAsync("/console/nothing-there");

        Assert.Equal(404, answer?.Status);
        await Assertions.Expect(visitor.Page.Locator("h1")).ToHaveTextAsync(title);
    }

    [Fact]
    public async Task Start_BadOptions_AreNamedInOneError()
    {
        using var folder = new TempFolder();
        await using var process = await ServiceProcess.StartAsync(
            Repository.Dll("center", "Center"),
            ["--Console:SessionLifetime=00:00:00", "--Console:IdleTimeout=-1", "--Console:KeysFolder=/nowhere", "--Console:MaxFormBytes=1", "--Console:MaxSearches=0",
                "--Console:MaxSearchedSessions=1", "--Console:MaxRemembered=1"]);

        Assert.Equal(2, await process.WaitForExitAsync());
        var output = await process.ReadToEndAsync();
        Assert.All(
            ["SessionLifetime", "IdleTimeout", "KeysFolder", "MaxFormBytes", "MaxSearches", "MaxSearchedSessions", "MaxRemembered"],
            option => Assert.Contains($"Console:{option}", output, StringComparison.Ordinal));
    }
}
