using System.IO.Compression;
using Grpc.Net.Client;
using Grpc.Net.Compression;
using Microservices.StandIns.Tests.Protos;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microservices.StandIns.Tests.Calls;

/// <summary>The sample service over real HTTP/2 on a free port, and a channel to it.</summary>
public sealed class SampleServer : IAsyncLifetime
{
    private readonly WebApplication _app = Create();

    public GrpcChannel Channel { get; private set; } = null!;

    public Sample.SampleClient Client => new(Channel);

    public string Address => _app.Urls.Single();

    public async ValueTask InitializeAsync()
    {
        await _app.StartAsync();
        Channel = GrpcChannel.ForAddress(Address);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await _app.DisposeAsync();
    }

    private static WebApplication Create()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.ConfigureEndpointDefaults(static endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(static options =>
        {
            options.Interceptors.Add<CountingInterceptor>();
            options.ResponseCompressionAlgorithm = "gzip";
            options.CompressionProviders.Add(new GzipCompressionProvider(CompressionLevel.Fastest));
            options.CompressionProviders.Add(new DeflateCompressionProvider(CompressionLevel.Fastest));
        });
        var app = builder.Build();
        app.MapGrpcService<SampleService>();
        return app;
    }
}
