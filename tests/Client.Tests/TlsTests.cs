using System.Security.Authentication;
using Microservices.Client.Endpoints;
using Microservices.Client.Tests.Server;
using Microservices.Testing;

namespace Microservices.Client.Tests;

/// <summary>Clients that were told to use TLS, towards gateways that are the right one and towards others.</summary>
public sealed class TlsTests : IDisposable
{
    private const byte HandshakeRecord = 22;
    private readonly TempFolder _folder = new();
    private readonly FakeGateway _gateway = new();

    public void Dispose()
    {
        _gateway.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("127.0.0.1", null)]
    [InlineData("localhost", null)]
    [InlineData("127.0.0.1", "localhost")]
    public async Task Connect_GatewayIsTheOneThatIsMeant_LogsIn(string host, string? serverName)
    {
        var certificate = new TestCertificate();
        await using var client = With(new TlsOptions { CaFile = Trust(certificate), ServerName = serverName }, new Endpoint(host, _gateway.Endpoint.Port));
        client.Client.Start();

        using var connection = await _gateway.AcceptTlsAsync(certificate);

        Assert.Equal("t1", (await connection.ReadVerifyAsync()).Token);
        await connection.AnswerVerifyAsync();
        await client.Until(ClientPhase.Verified);
    }

    [Fact]
    public async Task Connect_CertificateOfAnotherName_IsRefused_UnlessToldNotToLook()
    {
        var certificate = new TestCertificate("gateway.example");
        await using (var client = With(new TlsOptions { CaFile = Trust(certificate) }))
        {
            client.Client.Start();
            await AssertRefusedAsync(client, certificate, "RemoteCertificateNameMismatch");
        }

        await using var careless = With(new TlsOptions { CaFile = Trust(certificate), CheckServerName = false });
        careless.Client.Start();
        using var connection = await _gateway.AcceptTlsAsync(certificate);
        await connection.ReadVerifyAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Connect_CertificateThatNobodyTrusts_IsRefused(bool checkServerName)
    {
        await using var client = With(new TlsOptions { CaFile = Trust(new TestCertificate()), CheckServerName = checkServerName });
        client.Client.Start();

        await AssertRefusedAsync(client, new TestCertificate(), "certificate");
    }

    [Fact]
    public async Task Connect_CertificateThatExpired_IsRefused()
    {
        var certificate = new TestCertificate(notAfter: DateTimeOffset.UtcNow.AddDays(-1));
        await using var client = With(new TlsOptions { CaFile = Trust(certificate) });
        client.Client.Start();

        await AssertRefusedAsync(client, certificate, "NotTimeValid");
    }

    [Fact]
    public async Task Connect_GatewaySpeaksPlainText_NeverLearnsTheToken()
    {
        await using var client = With(new TlsOptions { CaFile = Trust(new TestCertificate()) });
        client.Client.Start();
        await using var first = await _gateway.AcceptStreamAsync();

        var hello = new byte[1];
        await first.ReadExactlyAsync(hello);
        await first.WriteAsync("no TLS here"u8.ToArray());
        await using var second = await _gateway.AcceptStreamAsync();
        await second.ReadExactlyAsync(hello);

        Assert.Equal(HandshakeRecord, hello[0]);
        Assert.Contains(client.States, state => state.Message.StartsWith("No TLS with 127.0.0.1:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connect_Dispatcher_IsAskedForGatewaysWithTls()
    {
        var certificate = new TestCertificate();
        using var dispatcher = new FakeDispatcher();
        dispatcher.Answer = $$"""
            {"endpoints":[{"host":"127.0.0.1","port":1,"transport":"tcp"},{"host":"127.0.0.1","port":2},{"host":"127.0.0.1","port":{{_gateway.Endpoint.Port}},"transport":"tls"}],"ttl_seconds":300}
            """;
        await using var client = new Watched(new PushClientOptions
        {
            User = "ann",
            Token = "t1",
            Dispatchers = [FakeDispatcher.Address],
            DispatcherHandler = dispatcher,
            Tls = new TlsOptions { CaFile = Trust(certificate) },
            Reconnect = Watched.Quick,
        });
        client.Client.Start();

        using var connection = await _gateway.AcceptTlsAsync(certificate);

        await connection.ReadVerifyAsync();
        Assert.Equal("/v1/endpoints?app=default&user=ann&transport=tls", Assert.Single(dispatcher.Questions));
        Assert.All(client.States, state => Assert.True(state.Endpoint is null || state.Endpoint == _gateway.Endpoint));
    }

    private Watched With(TlsOptions tls, Endpoint? endpoint = null) =>
        new(new PushClientOptions { User = "ann", Token = "t1", Endpoints = [endpoint ?? _gateway.Endpoint], Tls = tls, Reconnect = Watched.Quick });

    private string Trust(TestCertificate certificate) => _folder.Write($"{certificate.Thumbprint}.pem", certificate.Pem);

    /// <summary>Try after try, and never a verify.</summary>
    private async Task AssertRefusedAsync(Watched client, TestCertificate certificate, string reason)
    {
        for (var tries = 0; tries < 2; tries++)
        {
            try
            {
                using var connection = await _gateway.AcceptTlsAsync(certificate);
                Assert.Null(await connection.TryReadAsync());
            }
            catch (Exception fault) when (fault is AuthenticationException or IOException)
            {
                // The client said what it thinks of the certificate.
            }
        }

        await client.Until(
            () => client.States.Any(state => state.Message.Contains(reason, StringComparison.Ordinal)), $"the client says {reason}");
    }
}
