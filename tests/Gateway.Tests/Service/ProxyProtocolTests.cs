using System.Net;
using Microservices.Gateway.Arrivals.Proxy;
using Microservices.Gateway.Tests.Running;
using Microservices.Protocol;
using Microservices.Testing;

namespace Microservices.Gateway.Tests.Service;

/// <summary>Connections that come by a load balancer, and those that pretend to.</summary>
public sealed class ProxyProtocolTests
{
    private static readonly (string Key, string Value) Trusted = ("ProxyProtocol:TrustedNetworks:0", "127.0.0.0/8");
    private static readonly IPEndPoint Client = new(IPAddress.Parse("192.0.2.7"), 40_000);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Limits_GoByTheClientsAddress(bool tls)
    {
        using var files = new TlsFiles();
        await using var gateway = await RunningGateway.StartAsync(true, files.Settings(Trusted, ("Admission:MaxConnectionsPerAddress", "1")));
        await gateway.LogInAsync(await ConnectAsync(Client), "ann");
        await gateway.LogInAsync(await ConnectAsync(new IPEndPoint(IPAddress.Parse("2001:db8::7"), 40_000)), "bob");

        var third = await BeginAsync(new IPEndPoint(Client.Address, 40_001));

        if (tls)
        {
            await third.ReadCutAsync();
        }
        else
        {
            await third.ReadErrorAsync(Code.TooManyConnections);
        }

        await Eventually.HoldsAsync(() => gateway.Metrics.Refusals(Code.TooManyConnections) == 1, "it is refused");
        Assert.Equal(3, gateway.Arrivals.Headers(ProxyOutcome.Client));

        async Task<TestClient> BeginAsync(IPEndPoint client)
        {
            var connection = tls ? await gateway.ConnectPlainlyToTlsAsync() : await gateway.ConnectAsync();
            connection.Send(ProxyHeaders.Of(client, extensions: 20));
            return connection;
        }

        async Task<TestClient> ConnectAsync(IPEndPoint client)
        {
            var connection = await BeginAsync(client);
            if (tls)
            {
                await connection.SecureAsync(files.Certificate.Trust());
            }

            return connection;
        }
    }

    [Fact]
    public async Task Header_AndFrameInOnePiece_AreBothRead()
    {
        await using var gateway = await RunningGateway.StartAsync(true, Trusted);
        var client = await gateway.ConnectAsync();

        client.Send([.. ProxyHeaders.Of(Client), .. client.Encode(Command.Verify, new Protocol.Bodies.Verify { User = "ann", Token = "token-ann", Sdk = "test/1" })]);

        Assert.Equal(1u, (await client.ReadAsync<Protocol.Bodies.VerifyResult>(Command.VerifyResult)).Code);
    }

    [Fact]
    public async Task Rules_GoByTheClientsAddress()
    {
        await using var gateway = await RunningGateway.StartAsync(true, Trusted, ("Admission:Deny:0", "192.0.2.0/24"));
        var client = await gateway.ConnectAsync();

        client.Send(ProxyHeaders.Of(Client));

        await client.ReadErrorAsync(Code.AddressDenied);
        await client.ReadEndAsync();
    }

    [Fact]
    public async Task LocalHeader_IsOfThePeerItself()
    {
        await using var gateway = await RunningGateway.StartAsync(true, Trusted, ("Admission:Allow:0", "127.0.0.1/32"));
        var client = await gateway.ConnectAsync();

        client.Send(ProxyHeaders.Local());

        await gateway.LogInAsync(client, "ann");
        Assert.Equal(1, gateway.Arrivals.Headers(ProxyOutcome.Local));
    }

    [Fact]
    public async Task TrustedPeer_WithoutAHeader_IsCutAndCounted()
    {
        await using var gateway = await RunningGateway.StartAsync(true, Trusted);
        var client = await gateway.ConnectAsync();

        client.Verify("ann");

        await client.ReadCutAsync();
        await Eventually.HoldsAsync(() => gateway.Arrivals.Headers(ProxyOutcome.Malformed) == 1, "it is counted");
        Assert.Equal(0, gateway.Metrics.FramesIn(Command.Verify));
    }

    [Fact]
    public async Task TrustedPeer_ThatLeavesWithinItsHeader_IsCounted()
    {
        await using var gateway = await RunningGateway.StartAsync(true, Trusted);
        var client = await gateway.ConnectAsync();

        client.Send(ProxyHeaders.Of(Client).AsSpan(0, 20));
        client.Finish();

        await client.ReadCutAsync();
        await Eventually.HoldsAsync(() => gateway.Arrivals.Headers(ProxyOutcome.Malformed) == 1, "it is counted");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("10.0.0.0/8")]
    public async Task Header_FromAPeerThatIsNotTrusted_IsAMalformedFrame(string? trusted)
    {
        await using var gateway = trusted is null
            ? await RunningGateway.StartAsync(true, ("Admission:MaxConnectionsPerAddress", "1"))
            : await RunningGateway.StartAsync(true, ("ProxyProtocol:TrustedNetworks:0", trusted));
        var client = await gateway.ConnectAsync();

        client.Send(ProxyHeaders.Of(Client));

        await client.ReadErrorAsync(Code.FrameTooLarge);
        await client.ReadEndAsync();
        Assert.Equal(0, gateway.Arrivals.Headers(ProxyOutcome.Client));
    }

    [Fact]
    public async Task Headers_OverTheLimit_AreNotAwaited()
    {
        await using var gateway = await RunningGateway.StartAsync(true, Trusted, ("ProxyProtocol:MaxAwaited", "1"), ("ProxyProtocol:HeaderTimeout", "00:01:00"));
        var silent = await gateway.ConnectAsync();
        await Eventually.HoldsAsync(() => gateway.Arrivals.Awaited == 1, "one is awaited");

        await RunningGateway.AssertIsCutAsync(gateway.Tcp);

        await Eventually.HoldsAsync(() => gateway.Arrivals.Headers(ProxyOutcome.NoRoom) == 1, "it is counted");
        silent.Send(ProxyHeaders.Of(Client));
        await gateway.LogInAsync(silent, "ann");
    }

    [Fact]
    public async Task Shutdown_CutsWhoHasNotSentItsHeader()
    {
        await using var gateway = await RunningGateway.StartAsync(true, Trusted, ("ProxyProtocol:HeaderTimeout", "00:01:00"));
        var silent = await gateway.ConnectAsync();
        await Eventually.HoldsAsync(() => gateway.Arrivals.Awaited == 1, "its header is awaited");

        var stopping = gateway.StopAsync();

        await silent.ReadCutAsync();
        await stopping.WaitAsync(Eventually.DefaultDeadline);
        Assert.Equal(1, gateway.Arrivals.Headers(ProxyOutcome.TimedOut));
    }

    [Fact]
    public async Task Options_ThatAreWrong_AreAllNamedAtStart()
    {
        var fault = await Assert.ThrowsAnyAsync<Exception>(() => RunningGateway.StartAsync(
            false, ("ProxyProtocol:TrustedNetworks:0", "everybody"), ("ProxyProtocol:MaxHeaderBytes", "10"), ("Tls:MaxHandshakes", "0"), ("Tls:HandshakeTimeout", "00:00:00")));

        Assert.All(
            (string[])["everybody", "MaxHeaderBytes", "MaxHandshakes", "HandshakeTimeout"],
            name => Assert.Contains(name, $"{fault}", StringComparison.Ordinal));
    }
}
