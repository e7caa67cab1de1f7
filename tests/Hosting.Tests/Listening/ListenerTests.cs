using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microservices.Hosting.Listening;
using Microservices.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Microservices.Hosting.Tests.Listening;

public sealed class ListenerTests
{
    [Fact]
    public async Task RequireListener_TwoPublicListeners_ServesOnItsOwnOnly()
    {
        await using var service = await TestService.StartAsync(
            static builder => builder.AddHttpListener(0).AddHttpListener(0, "Other"),
            static app => app.MapGet("/here", static () => "here").RequireListener("Other"));

        using var elsewhere = await service.Http.GetAsync(new Uri(service.Bound.Url("Http"), "/here"));

        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
        Assert.Equal("here", await service.Http.GetStringAsync(new Uri(service.Bound.Url("Other"), "/here")));
    }

    [Fact]
    public async Task GrpcListener_WithCertificate_SpeaksTls()
    {
        using var folder = new TempFolder();
        await using var service = await TestService.StartAsync(
            static builder =>
            {
                builder.AddGrpcListener(0);
                builder.AddGrpcDefaults();
            },
            static app => app.MapGrpcHealth(),
            Certificate(folder, "Grpc"));
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject == "CN=localhost";
        using var channel = GrpcChannel.ForAddress(service.Bound.Url("Grpc", "https"), new GrpcChannelOptions { HttpHandler = handler });

        var health = await new Grpc.Health.V1.Health.HealthClient(channel).CheckAsync(new());

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
    }

    [Fact]
    public async Task HttpListener_WithCertificate_SpeaksHttp2()
    {
        using var folder = new TempFolder();
        await using var service = await TestService.StartAsync(
            static builder => builder.AddHttpListener(0),
            static app => app.MapGet("/version", static (HttpContext context) => context.Request.Protocol),
            Certificate(folder, "Http"));
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate?.Subject == "CN=localhost";
        using var client = new HttpClient(handler) { DefaultRequestVersion = HttpVersion.Version20 };

        Assert.Equal("HTTP/2", await client.GetStringAsync(new Uri(service.Bound.Url("Http", "https"), "/version")));
    }

    [Fact]
    public void Url_BeforeStart_SaysSo()
    {
        var bound = TestService.Create().Services.GetRequiredService<BoundEndpoints>();

        var fault = Assert.Throws<InvalidOperationException>(() => bound.Url("Admin"));

        Assert.Contains("Has the service started?", fault.Message, StringComparison.Ordinal);
    }

    private static KeyValuePair<string, string?>[] Certificate(TempFolder folder, string listener)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return
        [
            new($"{listener}:CertificateFile", folder.Write("certificate.pem", certificate.ExportCertificatePem())),
            new($"{listener}:KeyFile", folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem())),
        ];
    }
}
