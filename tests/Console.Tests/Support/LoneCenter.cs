using Microservices.Center;
using Microservices.Hosting;
using Microservices.Hosting.Listening;
using Microservices.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microservices.Console.Tests.Support;

/// <summary>A center in this process whose register is away.</summary>
internal sealed class LoneCenter : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoneCenter(WebApplication app) => _app = app;

    public Uri Address => _app.Services.GetRequiredService<BoundEndpoints>().Url(Listeners.Http);

    public static async Task<LoneCenter> StartAsync(string keyFile, params (string Key, string Value)[] settings)
    {
        var configuration = new Dictionary<string, string?>
        {
            ["Grpc:Port"] = "0",
            ["Http:Port"] = "0",
            ["Admin:Port"] = "0",
            ["ServiceAuth:Secret"] = "a-secret-that-nobody-is-told",
            ["Register:Addresses:0"] = $"http://127.0.0.1:{FreePorts.Take()}",
            ["Bus:Kind"] = Bus.BusOptions.InProcess,
            ["ApiKeys:File"] = keyFile,
        };
        foreach (var (key, value) in settings)
        {
            configuration[key] = value;
        }

        var app = CenterApp.Create([], builder =>
        {
            builder.Logging.ClearProviders();
            builder.Configuration.AddInMemoryCollection(configuration);
        });
        await app.StartAsync();
        return new LoneCenter(app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
