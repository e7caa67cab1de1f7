using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microservices.Center.Tests.Support;
using Microservices.Testing;

namespace Microservices.Center.Tests.Http;

/// <summary>With a certificate the port speaks TLS, and HTTP/2, on which the server's features are others.</summary>
public sealed class TlsTests
{
    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Requests_OverTls_AreServed(string version)
    {
        using var folder = new TempFolder();
        var (certificate, key) = MakeCertificate(folder);
        await using var world = await World.StartAsync(settings: [("Http:CertificateFile", certificate), ("Http:KeyFile", key), ("HttpLimits:MaxBodyBytes", "1024")]);
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, shown, _, _) => shown?.Subject == "CN=localhost";
        using var http = new HttpClient(handler) { DefaultRequestVersion = Version.Parse(version), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        http.BaseAddress = new UriBuilder(world.Center.HttpAddress) { Scheme = "https" }.Uri;
        http.DefaultRequestHeaders.Authorization = new("Bearer", world.Key);

        using var push = await http.PostAsync(new Uri("/v1/apps/default/messages", UriKind.Relative), Json("""{"users":["a/b"],"payload":"x","qos":1}"""));
        using var inbox = await http.GetAsync(new Uri("/v1/apps/default/users/a%2Fb/inbox", UriKind.Relative));
        using var tooLong = await http.PostAsync(new Uri("/v1/apps/default/messages", UriKind.Relative), Json(new string(' ', 2_000)));
        using var events = await http.GetAsync(new Uri("/v1/apps/default/presence/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await events.Content.ReadAsStreamAsync());

        Assert.Equal(Version.Parse(version), push.Version);
        (await HttpAnswer.ReadAsync(push)).Good();
        Assert.Equal(1, (int)(await HttpAnswer.ReadAsync(inbox)).Good()["messages"]!);
        (await HttpAnswer.ReadAsync(tooLong)).IsProblem(413, "request_too_large", "The body has more than 1,024 bytes, the limit.");
        Assert.Equal("event: read_now", await lines.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)));
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private static (string Certificate, string Key) MakeCertificate(TempFolder folder)
    {
        using var rsa = RSA.Create(2048);
        using var made = new CertificateRequest("CN=localhost", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var (certificate, key) = (Path.Combine(folder.Path, "tls.crt"), Path.Combine(folder.Path, "tls.key"));
        File.WriteAllText(certificate, made.ExportCertificatePem());
        File.WriteAllText(key, rsa.ExportPkcs8PrivateKeyPem());
        return (certificate, key);
    }
}
