using System.Net;
using Microservices.Gateway.Arrivals.Proxy;
using Microservices.Gateway.Arrivals.Tls;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>Strangers that begin something and never finish it. The time of the wheel is the test's.</summary>
public sealed class SlowStrangerTests
{
    private const int Strangers = 40;

    // Of a ClientHello of TLS 1.2 its record header, which promises 512 bytes, and a few of them.
    private static readonly byte[] BeginningOfHello = [22, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3];

    [Fact]
    public async Task Strangers_ThatStallInTheHandshake_AreCutAndCounted()
    {
        using var files = new TlsFiles();
        var wheel = new ManualTime();
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister(), wheel, true, files.Settings(("Tls:HandshakeTimeout", "00:00:10")));
        var strangers = await ManyAsync(() => gateway.ConnectPlainlyToTlsAsync(), BeginningOfHello);
        await Eventually.HoldsAsync(() => gateway.Arrivals.Handshaking == Strangers, "all are under way");

        await PassAsync(wheel, TimeSpan.FromSeconds(9));
        Assert.Equal(Strangers, gateway.Arrivals.Handshaking);
        await gateway.LogInAsync(await gateway.ConnectTlsAsync(files.Certificate), "ann");
        await PassAsync(wheel, TimeSpan.FromSeconds(2));

        await AllCutAsync(strangers);
        await Eventually.HoldsAsync(() => gateway.Arrivals.Handshakes(HandshakeOutcome.TimedOut) == Strangers, "all are counted");
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 1, "all have left but the one that logged in");
        Assert.Equal(0, gateway.Arrivals.Handshaking);
    }

    [Fact]
    public async Task Strangers_ThatStallInAProxyHeader_AreCutAndCounted()
    {
        var wheel = new ManualTime();
        await using var gateway = await RunningGateway.StartAsync(
            new FakeRegister(), wheel, true, ("ProxyProtocol:TrustedNetworks:0", "127.0.0.0/8"), ("ProxyProtocol:HeaderTimeout", "00:00:05"));
        var strangers = await ManyAsync(() => gateway.ConnectAsync(), ProxyHeaders.Of(new IPEndPoint(IPAddress.Loopback, 9))[..20]);
        await Eventually.HoldsAsync(() => gateway.Arrivals.Awaited == Strangers, "all are awaited");

        await PassAsync(wheel, TimeSpan.FromSeconds(6));

        await AllCutAsync(strangers);
        await Eventually.HoldsAsync(() => gateway.Arrivals.Headers(ProxyOutcome.TimedOut) == Strangers, "all are counted");
        Assert.Equal(0, gateway.Gate.Connections);
        Assert.Equal(0, gateway.Arrivals.Awaited);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Strangers_ThatStallInTheirFirstFrame_AreToldCutAndCounted(bool tls)
    {
        using var files = new TlsFiles();
        var wheel = new ManualTime();
        await using var gateway = await RunningGateway.StartAsync(new FakeRegister(), wheel, true, files.Settings(("Connections:VerifyTimeout", "00:00:10")));
        var beginning = TestClient.Header(60_000, ProtocolVersion.Current, (uint)Command.Verify);
        var strangers = await ManyAsync(() => tls ? gateway.ConnectTlsAsync(files.Certificate) : gateway.ConnectAsync(), beginning);
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == Strangers && gateway.Arrivals.Handshaking == 0, "all are here");

        await PassAsync(wheel, TimeSpan.FromSeconds(11));

        foreach (var stranger in strangers)
        {
            await stranger.ReadErrorAsync(Code.VerifyTimeout);
        }

        Assert.Equal(Strangers, gateway.Metrics.Closes(Code.VerifyTimeout));
        await PassAsync(wheel, TimeSpan.FromSeconds(2));
        await AllCutAsync(strangers);
        await Eventually.HoldsAsync(() => gateway.Gate.Connections == 0, "all have left");
    }

    private static async Task<List<TestClient>> ManyAsync(Func<Task<TestClient>> connect, byte[] beginning)
    {
        var clients = new List<TestClient>();
        for (var i = 0; i < Strangers; i++)
        {
            clients.Add(await connect());
            clients[^1].Send(beginning);
        }

        return clients;
    }

    private static async Task AllCutAsync(List<TestClient> clients)
    {
        foreach (var client in clients)
        {
            await client.ReadCutAsync();
        }
    }

    /// <summary>In steps that are no stall.</summary>
    private static async Task PassAsync(ManualTime wheel, TimeSpan span)
    {
        var step = TimeSpan.FromMilliseconds(500);
        for (var passed = TimeSpan.Zero; passed < span; passed += step)
        {
            wheel.Advance(step);
            await Task.Yield();
        }
    }
}
