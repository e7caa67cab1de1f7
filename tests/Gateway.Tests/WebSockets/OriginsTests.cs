using System.Text;
using Microservices.Gateway.WebSockets.Upgrades;

namespace Microservices.Gateway.Tests.WebSockets;

public sealed class OriginsTests
{
    [Theory]
    [InlineData("https://*.example.com", "https://a.example.com", true)]
    [InlineData("https://*.example.com", "https://a.b.example.com", true)]
    [InlineData("https://*.example.com", "HTTPS://A.Example.Com", true)]
    [InlineData("https://*.example.com", "https://example.com", false)]
    [InlineData("https://*.example.com", "https://.example.com", false)]
    [InlineData("https://*.example.com", "http://a.example.com", false)]
    [InlineData("https://*.example.com", "https://a.example.com:8443", false)]
    [InlineData("https://*.example.com:8443", "https://a.example.com:8443", true)]
    [InlineData("https://*.example.com", "https://aexample.com", false)]
    [InlineData("https://*.example.com", "https://a.example.com.evil.example", false)]
    [InlineData("https://*.example.com", "https://evil.example/.example.com", false)]
    [InlineData("https://*.example.com", "https://evil.example?.example.com", false)]
    [InlineData("https://*.example.com", "https://evil.example#.example.com", false)]
    [InlineData("https://*.example.com", "https://evil.example:1.example.com", false)]
    [InlineData("https://*.example.com", "https://user@a.example.com", false)]
    [InlineData("https://app.example.com", "https://app.example.com", true)]
    [InlineData("https://app.example.com", "https://app.example.com:444", false)]
    [InlineData("null", "null", true)]
    [InlineData("*", "null", true)]
    [InlineData("*", "https://anything.example", true)]
    public void Allow_AListedOrigin_IsTheSameOrASubdomain(string entry, string origin, bool expected)
    {
        Assert.True(Origins.IsEntry(entry));

        Assert.Equal(expected, new Origins([entry]).Allow(Encoding.ASCII.GetBytes(origin), "gateway:8126"u8));
    }

    [Theory]
    [InlineData("http://gateway:8126", true)]
    [InlineData("http://GATEWAY:8126", true)]
    [InlineData("http://gateway", false)]
    [InlineData("http://gateway:8127", false)]
    [InlineData("http://evil.example/gateway:8126", false)]
    [InlineData("gateway:8126", false)]
    [InlineData("://gateway:8126", false)]
    public void Allow_WithNothingListed_TakesPagesOfTheHostOnly(string origin, bool expected) =>
        Assert.Equal(expected, new Origins([]).Allow(Encoding.ASCII.GetBytes(origin), "gateway:8126"u8));

    [Theory]
    [InlineData("")]
    [InlineData("example.com")]
    [InlineData("https://")]
    [InlineData("https://example.com/")]
    [InlineData("https://example.com/app")]
    [InlineData("https://example.com?a")]
    [InlineData("https://user@example.com")]
    [InlineData("https://*")]
    [InlineData("https://*example.com")]
    [InlineData("https://a.*.example.com")]
    [InlineData("*.example.com")]
    [InlineData("https://*.*.example.com")]
    public void IsEntry_WhatIsNoOrigin_IsFalse(string entry) => Assert.False(Origins.IsEntry(entry));
}
