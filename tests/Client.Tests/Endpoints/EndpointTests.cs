using Microservices.Client.Endpoints;

namespace Microservices.Client.Tests.Endpoints;

public sealed class EndpointTests
{
    [Theory]
    [InlineData("a.example:8124", "a.example", 8124), InlineData("10.0.0.5:1", "10.0.0.5", 1), InlineData("[::1]:65535", "::1", 65535)]
    public void Parse_HostAndPort_IsReadAndWrittenBack(string text, string host, int port)
    {
        var endpoint = Endpoint.Parse(text);

        Assert.Equal(new Endpoint(host, port), endpoint);
        Assert.Equal(text, endpoint.ToString());
    }

    [Theory]
    [InlineData(""), InlineData("a"), InlineData(":1"), InlineData("a:"), InlineData("a:0"), InlineData("a:65536"), InlineData("a:x"), InlineData(" :1")]
    public void Parse_Other_Throws(string text) => Assert.Throws<FormatException>(() => Endpoint.Parse(text));
}
