using System.Net;
using Microservices.Center.ApiKeys;
using Microservices.Testing;
using Microsoft.Extensions.Options;

namespace Microservices.Center.Tests.ApiKeys;

public sealed class GuessLimitTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void TryFail_OverTheLimit_IsRefusedUntilTheMinuteIsOver()
    {
        var limit = Limit(failures: 3);
        var peer = IPAddress.Parse("192.0.2.1");

        Assert.True(limit.TryFail(peer) && limit.TryFail(peer) && limit.TryFail(peer));
        Assert.False(limit.TryFail(peer));
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.True(limit.TryFail(peer));
    }

    [Fact]
    public void TryFail_OtherAddress_HasItsOwnCount()
    {
        var limit = Limit(failures: 1);

        Assert.True(limit.TryFail(IPAddress.Parse("192.0.2.1")));
        Assert.True(limit.TryFail(IPAddress.Parse("192.0.2.2")));
        Assert.False(limit.TryFail(IPAddress.Parse("::ffff:192.0.2.2")));
    }

    [Fact]
    public void TryFail_AddressesOfOneIPv6Network_ShareACount()
    {
        var limit = Limit(failures: 1);

        Assert.True(limit.TryFail(IPAddress.Parse("2001:db8:1:2::1")));
        Assert.False(limit.TryFail(IPAddress.Parse("2001:db8:1:2:ffff::9")));
        Assert.True(limit.TryFail(IPAddress.Parse("2001:db8:1:3::1")));
    }

    [Fact]
    public void TryFail_MoreAddressesThanTracked_ShareACountUntilOldOnesAreForgotten()
    {
        var limit = Limit(failures: 1, addresses: 2);
        Assert.True(limit.TryFail(IPAddress.Parse("192.0.2.1")));
        Assert.True(limit.TryFail(IPAddress.Parse("192.0.2.2")));

        Assert.True(limit.TryFail(IPAddress.Parse("192.0.2.3")));
        Assert.False(limit.TryFail(IPAddress.Parse("192.0.2.4")));
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.True(limit.TryFail(IPAddress.Parse("192.0.2.4")));
        Assert.True(limit.TryFail(IPAddress.Parse("192.0.2.5")));
    }

    private GuessLimit Limit(int failures, int addresses = 100) =>
        new(Options.Create(new ApiKeyOptions { MaxFailuresPerMinute = failures, MaxTrackedAddresses = addresses }), _time);
}
