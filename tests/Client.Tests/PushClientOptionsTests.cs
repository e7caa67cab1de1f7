using Microservices.Client.Endpoints;

namespace Microservices.Client.Tests;

public sealed class PushClientOptionsTests
{
    private static readonly Endpoint[] Somewhere = [new("h", 1)];

    public static TheoryData<string, PushClientOptions> Bad => new()
    {
        { "Dispatchers", new() { User = "u", Token = "t" } },
        { "Dispatchers", new() { User = "u", Token = "t", Dispatchers = [new Uri("/x", UriKind.Relative)] } },
        { "User", new() { User = "", Token = "t", Endpoints = Somewhere } },
        { "App", new() { User = "u", App = "", Token = "t", Endpoints = Somewhere } },
        { "Token", new() { User = "u", Endpoints = Somewhere } },
        { "MaxFrameBytes", new() { User = "u", Token = "t", Endpoints = Somewhere, MaxFrameBytes = 11 } },
        { "ConnectTimeout", new() { User = "u", Token = "t", Endpoints = Somewhere, ConnectTimeout = TimeSpan.Zero } },
        { "Interval", new() { User = "u", Token = "t", Endpoints = Somewhere, Heartbeat = new() { Interval = TimeSpan.FromDays(50) } } },
        { "Factor", new() { User = "u", Token = "t", Endpoints = Somewhere, Reconnect = new() { Factor = 0.5 } } },
        { "CaFile", new() { User = "u", Token = "t", Endpoints = Somewhere, Tls = new() { CaFile = "/nowhere/ca.pem" } } },
        { "CaFile", new() { User = "u", Token = "t", Endpoints = Somewhere, Tls = new() { CaFile = typeof(PushClientOptionsTests).Assembly.Location } } },
        { "ServerName", new() { User = "u", Token = "t", Endpoints = Somewhere, Tls = new() { ServerName = "" } } },
        { "Jitter", new() { User = "u", Token = "t", Endpoints = Somewhere, Reconnect = new() { Jitter = 1.1 } } },
    };

    [Theory]
    [MemberData(nameof(Bad), DisableDiscoveryEnumeration = true)]
    public void Create_BadOption_NamesIt(string name, PushClientOptions options) =>
        Assert.Equal(name, Assert.Throws<ArgumentException>(() => new PushClient(options)).ParamName);
}
