using System.Net;
using Microservices.Center.ApiKeys;
using Microservices.Testing;

namespace Microservices.Console.Tests.Sessions;

/// <summary>Several centers, and what stands in front of them.</summary>
public sealed class SharedKeysTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly string _keyFile;
    private readonly string _key;

    public SharedKeysTests()
    {
        _keyFile = Path.Combine(_folder.Path, "api-keys.json");
        _key = ApiKeyFile.Create(_keyFile, "someone", [ApiScope.All], [ApiScope.All]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Login_AtOneCenter_IsGoodAtAnotherWithTheSameKeysAlsoForForms()
    {
        var seals = _folder.Make("seals");
        await using var one = await LoneCenter.StartAsync(_keyFile, ("Console:KeysFolder", seals));
        await using var other = await LoneCenter.StartAsync(_keyFile, ("Console:KeysFolder", seals));
        await using var stranger = await LoneCenter.StartAsync(_keyFile);
        using var caller = new WebCaller(one.Address);
        using var login = await caller.LogInAsync(_key);
        var token = WebCaller.TokenOf(await caller.ReadAsync("/console/send"));

        // Cookies don't know ports.
        using var form = await caller.PostAsync(new Uri(other.Address, "/console/send/look").ToString(), ("token", token));
        using var elsewhere = await caller.PostAsync(new Uri(stranger.Address, "/console/send/look").ToString(), ("token", token));

        Assert.Equal(HttpStatusCode.OK, form.StatusCode);
        Assert.Equal((HttpStatusCode.SeeOther, "/console/login?ended=1"), (elsewhere.StatusCode, elsewhere.Headers.Location?.ToString()));
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task Cookies_BehindTls_AreSecure(string isBehindTls, bool isSecure)
    {
        await using var center = await LoneCenter.StartAsync(_keyFile, ("Console:BehindTls", isBehindTls));
        using var caller = new WebCaller(center.Address);

        using var page = await caller.GetAsync("/console/login");
        var form = page.Headers.GetValues("Set-Cookie").Single();
        var token = WebCaller.TokenOf(await page.Content.ReadAsStringAsync());
        using var post = new HttpRequestMessage(HttpMethod.Post, new Uri(center.Address, "/console/login"))
        {
            Content = new FormUrlEncodedContent([new("token", token), new("key", _key)]),
            Headers = { { "Cookie", form.Split(';')[0] } },
        };
        using var plain = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        using var login = await plain.SendAsync(post);

        Assert.Equal(isSecure, form.Contains("; secure", StringComparison.Ordinal));
        Assert.Contains(login.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("console-session=C", StringComparison.Ordinal) && cookie.Contains("; secure", StringComparison.Ordinal) == isSecure);
    }

    [Fact]
    public async Task Page_WhileRegisterIsAway_SaysSo()
    {
        await using var center = await LoneCenter.StartAsync(_keyFile);
        using var caller = new WebCaller(center.Address);
        using var login = await caller.LogInAsync(_key);

        var page = await caller.ReadAsync("/console/send", "zh");

        Assert.Contains("系统的一部分没有响应", page, StringComparison.Ordinal);
    }
}
