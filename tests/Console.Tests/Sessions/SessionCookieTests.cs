using System.Text;
using Microservices.Center.ApiKeys;
using Microservices.Center.Console;
using Microservices.Center.Console.Sessions;
using Microservices.Testing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microservices.Console.Tests.Sessions;

/// <summary>How long a login lasts, and where it is good.</summary>
public sealed class SessionCookieTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly ConsoleOptions _options = new();
    private readonly string _keyFile;
    private readonly string _key;
    private ApiKeyRing _ring;

    public SessionCookieTests()
    {
        _keyFile = Path.Combine(_folder.Path, "keys.json");
        _key = ApiKeyFile.Create(_keyFile, "someone", [ApiScope.All], [ApiScope.All]);
        _ring = NewRing();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Find_WhatBeganHere_IsThere()
    {
        var center = NewCenter(new EphemeralDataProtectionProvider());

        var cookie = Begin(center);

        Assert.Equal("someone", center.Find(Request(cookie))?.Key.Id);
        Assert.DoesNotContain(_key, cookie, StringComparison.Ordinal);
        Assert.DoesNotContain("someone", cookie, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no cookie of ours")]
    [InlineData("CfDJ8AAAAAAAAAAAAAAAAAAAAAA")]
    public void Find_WhatNobodySealed_IsNone(string cookie) => Assert.Null(NewCenter(new EphemeralDataProtectionProvider()).Find(Request(cookie)));

    [Fact]
    public void Find_ChangedInAnyByte_IsNone()
    {
        var center = NewCenter(new EphemeralDataProtectionProvider());
        var cookie = Encoding.ASCII.GetBytes(Begin(center));

        for (var i = 0; i < cookie.Length; i += 7)
        {
            var changed = cookie.ToArray();
            changed[i] = changed[i] == (byte)'A' ? (byte)'B' : (byte)'A';
            Assert.Null(center.Find(Request(Encoding.ASCII.GetString(changed))));
        }
    }

    [Fact]
    public void Find_AtACenterWithTheSameKeys_IsThereAndElsewhereIsNot()
    {
        var keys = _folder.Make("seals");
        var cookie = Begin(NewCenter(DataProtectionProvider.Create(new DirectoryInfo(keys))));

        Assert.NotNull(NewCenter(DataProtectionProvider.Create(new DirectoryInfo(keys))).Find(Request(cookie)));
        Assert.Null(NewCenter(new EphemeralDataProtectionProvider()).Find(Request(cookie)));
    }

    [Fact]
    public void Find_UnusedForTheIdleTimeout_IsNone()
    {
        var center = NewCenter(new EphemeralDataProtectionProvider());
        var cookie = Begin(center);

        _time.Advance(_options.IdleTimeout - TimeSpan.FromSeconds(1));
        var used = Request(cookie);
        Assert.NotNull(center.Find(used));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(center.Find(Request(cookie)));
        Assert.NotNull(center.Find(Request(CookieOf(used))));
    }

    [Fact]
    public void Find_UsedAllTheTime_EndsWithItsLifetime()
    {
        var center = NewCenter(new EphemeralDataProtectionProvider());
        var cookie = Begin(center);
        var step = _options.IdleTimeout / 2;

        for (var age = step; age < _options.SessionLifetime; age += step)
        {
            _time.Advance(step);
            var request = Request(cookie);
            Assert.NotNull(center.Find(request));
            cookie = CookieOf(request);
        }

        _time.Advance(step);
        Assert.Null(center.Find(Request(cookie)));
    }

    [Fact]
    public void Find_AfterTheLogOut_IsNone()
    {
        var center = NewCenter(new EphemeralDataProtectionProvider());
        var cookie = Begin(center);

        center.End(Request(cookie), center.Find(Request(cookie)));

        Assert.Null(center.Find(Request(cookie)));
        Assert.NotNull(center.Find(Request(Begin(center))));
    }

    [Fact]
    public void Find_WhenTheKeyWasMadeAnew_IsNone()
    {
        var center = NewCenter(new EphemeralDataProtectionProvider());
        var cookie = Begin(center);

        File.Delete(_keyFile);
        ApiKeyFile.Create(_keyFile, "someone", [ApiScope.All], [ApiScope.All]);
        _ring.Reload();

        Assert.Null(center.Find(Request(cookie)));
    }

    [Fact]
    public void Find_WhenTheKeyHasExpired_IsNone()
    {
        var key = ApiKeyFile.Add(_keyFile, "guest", [ApiScope.All], [ApiScope.All], expires: _time.GetUtcNow() + TimeSpan.FromMinutes(1));
        _ring = NewRing();
        var center = NewCenter(new EphemeralDataProtectionProvider());
        var request = Request("");
        center.Begin(request, _ring.Find(key)!);
        var cookie = CookieOf(request);
        Assert.NotNull(center.Find(Request(cookie)));

        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(center.Find(Request(cookie)));
    }

    [Theory]
    [InlineData("http", false)]
    [InlineData("https", true)]
    public void Begin_Cookie_IsForThisSiteAndNoScriptAndWithTlsForTlsOnly(string scheme, bool isSecure)
    {
        var request = Request("");
        request.Request.Scheme = scheme;

        NewCenter(new EphemeralDataProtectionProvider()).Begin(request, _ring.Find(_key)!);

        var cookie = request.Response.Headers.SetCookie.ToString();
        Assert.Contains("; path=/console", cookie, StringComparison.Ordinal);
        Assert.Contains("; samesite=strict", cookie, StringComparison.Ordinal);
        Assert.Contains("; httponly", cookie, StringComparison.Ordinal);
        Assert.Equal(isSecure, cookie.Contains("; secure", StringComparison.Ordinal));
    }

    private string Begin(SessionCookie center)
    {
        var request = Request("");
        center.Begin(request, _ring.Find(_key)!);
        return CookieOf(request);
    }

    private SessionCookie NewCenter(IDataProtectionProvider protection) => new(protection, _ring, Options.Create(_options), _time);

    private ApiKeyRing NewRing() => new(Options.Create(new ApiKeyOptions { File = _keyFile }), _time, NullLogger<ApiKeyRing>.Instance);

    private static DefaultHttpContext Request(string cookie)
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Cookie = $"{SessionCookie.Name}={cookie}";
        return context;
    }

    private static string CookieOf(HttpContext context) => context.Response.Headers.SetCookie.ToString().Split(';')[0][(SessionCookie.Name.Length + 1)..];
}
