using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microservices.Testing;
using Microsoft.Extensions.Logging;

namespace Microservices.Hosting.Tests.Listening;

/// <summary>A listener whose certificate files change while it runs.</summary>
public sealed class CertificateTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly RecordedLog _log = new();
    private readonly TestCertificate _first = new();

    public void Dispose()
    {
        _folder.Dispose();
        _log.Dispose();
    }

    private string CertificateFile => Path.Combine(_folder.Path, "tls.pem");

    private string KeyFile => Path.Combine(_folder.Path, "tls.key");

    [Fact]
    public async Task Files_ThatChange_AreUsedByTheNextHandshake()
    {
        await using var service = await StartAsync();
        Assert.Equal(_first.Thumbprint, await ShownAsync(service, _first));
        var next = new TestCertificate();

        next.WriteTo(CertificateFile, KeyFile);

        await UntilLoggedAsync(LogLevel.Information, count: 2, "uses the certificate CN=localhost");
        Assert.Equal(next.Thumbprint, await ShownAsync(service, next));
        Assert.Contains("tls_certificate_reloads_total{listener=\"Http\",outcome=\"taken\"} 1\n", await MetricsAsync(service), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_BehindALinkThatChanges_AreUsedByTheNextHandshake()
    {
        var folders = new[] { _folder.Make("one"), _folder.Make("two") };
        var next = new TestCertificate();
        _first.WriteTo(Path.Combine(folders[0], "tls.pem"), Path.Combine(folders[0], "tls.key"));
        next.WriteTo(Path.Combine(folders[1], "tls.pem"), Path.Combine(folders[1], "tls.key"));
        var link = Path.Combine(_folder.Path, "current");
        Directory.CreateSymbolicLink(link, folders[0]);
        await using var service = await StartAsync(Path.Combine(link, "tls.pem"), Path.Combine(link, "tls.key"));

        // As a mounted secret changes: another link takes the place of the first. Deleting a link leaves what it leads to.
        Directory.Delete(link);
        Directory.CreateSymbolicLink(link, folders[1]);

        await UntilLoggedAsync(LogLevel.Information, count: 2, "uses the certificate CN=localhost");
        Assert.Equal(next.Thumbprint, await ShownAsync(service, next));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("other key")]
    [InlineData("gone")]
    public async Task Files_ThatAreOfNoUse_AreToldOnce_AndTheFormerStays(string fault)
    {
        await using var service = await StartAsync();

        switch (fault)
        {
            case "garbage":
                await File.WriteAllTextAsync(CertificateFile, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
                break;
            case "other key":
                await File.WriteAllTextAsync(KeyFile, new TestCertificate().KeyPem);
                break;
            default:
                File.Delete(CertificateFile);
                break;
        }

        await UntilLoggedAsync(LogLevel.Error, count: 1, "what was used before is used still");
        Assert.Equal(_first.Thumbprint, await ShownAsync(service, _first));
        var next = new TestCertificate();
        next.WriteTo(CertificateFile, KeyFile);
        await UntilLoggedAsync(LogLevel.Information, count: 2, "uses the certificate CN=localhost");
        Assert.Equal(next.Thumbprint, await ShownAsync(service, next));

        // A replacement is two files: who looks between them meets a pair that does not fit, which is told as well.
        Assert.InRange(_log.Entries.Count(static entry => entry.Level == LogLevel.Error), 1, 2);
        Assert.DoesNotContain(_log.Entries, static entry => entry.Text.Contains("PRIVATE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Certificate_TellsWhenItExpires()
    {
        await using var service = await StartAsync();

        var line = (await MetricsAsync(service)).Split('\n').Single(static line => line.StartsWith("tls_certificate_expires_in_seconds{", StringComparison.Ordinal));

        Assert.StartsWith("tls_certificate_expires_in_seconds{listener=\"Http\"} ", line, StringComparison.Ordinal);
        Assert.InRange(double.Parse(line.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), 1, 86_400);
    }

    [Fact]
    public async Task Handshake_ThatTakesTooLong_IsCut()
    {
        await using var service = await StartAsync(more: new("Http:HandshakeTimeout", "00:00:00.2"));
        using var client = await ConnectAsync(service);

        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1], deadline.Token));
    }

    [Fact]
    public async Task ListenerThatSpeaksTlsOnly_WithoutACertificate_SaysThatItDoesNotListen()
    {
        await using var service = await TestService.StartAsync(
            builder =>
            {
                builder.Logging.AddProvider(_log);
                builder.AddListener("Only", 0, static _ => { }, onlyTls: true);
            });

        Assert.False(service.Bound.Listens("Only"));
        Assert.Single(_log.Entries, static entry => entry.Text == "Listener Only has no certificate (Only:CertificateFile): it does not listen");
    }

    [Fact]
    public async Task Options_WithFilesThatAreOfNoUse_AreNamedAtStart()
    {
        _first.WriteTo(CertificateFile, KeyFile);
        await File.WriteAllTextAsync(KeyFile, new TestCertificate().KeyPem);

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => StartAsync(CertificateFile, KeyFile, new("Http:HandshakeTimeout", "00:00:00")));

        Assert.Contains("Http:CertificateFile", $"{fault}", StringComparison.Ordinal);
        Assert.Contains("HandshakeTimeout", $"{fault}", StringComparison.Ordinal);
    }

    private Task<TestService> StartAsync(KeyValuePair<string, string?>? more = null)
    {
        _first.WriteTo(CertificateFile, KeyFile);
        return StartAsync(CertificateFile, KeyFile, more);
    }

    private Task<TestService> StartAsync(string certificateFile, string keyFile, KeyValuePair<string, string?>? more = null) => TestService.StartAsync(
        builder =>
        {
            builder.Logging.AddProvider(_log);
            builder.AddHttpListener(0);
        },
        configuration:
        [
            new("Http:CertificateFile", certificateFile),
            new("Http:KeyFile", keyFile),
            new("Http:CertificateCheckInterval", "00:00:00.05"),
            .. more is { } one ? new[] { one } : [],
        ]);

    private static async Task<TcpClient> ConnectAsync(TestService service)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, service.Bound["Http"].Port);
        return client;
    }

    private static async Task<string> ShownAsync(TestService service, TestCertificate trusted)
    {
        using var client = await ConnectAsync(service);
        await using var tls = new SslStream(client.GetStream());
        using var deadline = new CancellationTokenSource(Eventually.DefaultDeadline);
        await tls.AuthenticateAsClientAsync(trusted.Trust(), deadline.Token);
        return tls.RemoteCertificate!.GetCertHashString();
    }

    private static Task<string> MetricsAsync(TestService service) => service.Http.GetStringAsync(new Uri(service.Admin, "/metrics"));

    private Task UntilLoggedAsync(LogLevel level, int count, string text) => Eventually.HoldsAsync(
        () => _log.Entries.Count(entry => entry.Level == level && entry.Text.Contains(text, StringComparison.Ordinal)) >= count,
        $"'{text}' is logged {count} times",
        () => string.Join('\n', _log.Entries));
}
