using System.Net;
using Microservices.Gateway.Admission;

namespace Microservices.Gateway.Tests.Admission;

public sealed class NetworksTests
{
    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("9.255.255.255", false)]
    [InlineData("11.0.0.0", false)]
    [InlineData("192.168.7.7", true)]
    [InlineData("192.168.7.8", false)]
    [InlineData("2001:db8:1::1", true)]
    [InlineData("2001:db9::1", false)]
    [InlineData("::a01:203", false)]
    public void Contains_JudgesBothFamilies(string address, bool contains)
    {
        var networks = new Networks(["192.168.7.7/32", "10.0.0.0/8", "10.1.0.0/16", "2001:db8::/32"]);

        Assert.Equal(contains, networks.Contains(AddressKey.Of(IPAddress.Parse(address))));
    }

    [Theory]
    [InlineData("0.0.0.0/0", "1.2.3.4", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "1.2.3.4", true)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::1/128", "::1", true)]
    public void Contains_AtTheEndsOfTheRange(string network, string address, bool contains) =>
        Assert.Equal(contains, new Networks([network]).Contains(AddressKey.Of(IPAddress.Parse(address))));

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.255.0.1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("128.0.0.1", false)]
    [InlineData("::2", false)]
    public void IsLoopback_KnowsBothFamilies(string address, bool isLoopback) =>
        Assert.Equal(isLoopback, AddressKey.IsLoopback(AddressKey.Of(IPAddress.Parse(address))));

    [Fact]
    public void OfSubscriber_IsTheAddressForIPv4_AndThe64ForIPv6()
    {
        Assert.NotEqual(Of("10.0.0.1"), Of("10.0.0.2"));
        Assert.Equal(Of("2001:db8:0:1::1"), Of("2001:db8:0:1:ffff::2"));
        Assert.NotEqual(Of("2001:db8:0:1::1"), Of("2001:db8:0:2::1"));

        static UInt128 Of(string address) => AddressKey.OfSubscriber(AddressKey.Of(IPAddress.Parse(address)));
    }
}
