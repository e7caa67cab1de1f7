using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microservices.Bus;
using Microservices.Hosting;
using Microservices.Hosting.Listening;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using CenterClient = Microservices.Contracts.Center.Center.CenterClient;

namespace Microservices.Center.Tests.Support;

/// <summary>A center on free ports, and a channel to it.</summary>
internal sealed class RunningCenter : IAsyncDisposable
{
    private static readonly HttpClient Http = new();
    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private RunningCenter(WebApplication app, GrpcChannel channel, RecordedLog log)
    {
        _app = app;
        _channel = channel;
        Log = log;
    }

    public RecordedLog Log { get; }

    public Uri Address => _app.Services.GetRequiredService<BoundEndpoints>().Url(Listeners.Grpc);

    public Uri HttpAddress => _app.Services.GetRequiredService<BoundEndpoints>().Url(Listeners.Http);

    public Uri Admin => _app.Services.GetRequiredService<BoundEndpoints>().Url("Admin");

    public CallInvoker Invoker => _channel.CreateCallInvoker();

    public IServiceProvider Services => _app.Services;

    public static async Task<RunningCenter> StartAsync(IBus bus, string register, string keyFile, params (string Key, string Value)[] settings)
    {
        var log = new RecordedLog();
        var app = CenterApp.Create([], builder =>
        {
            builder.Logging.ClearProviders();
            builder.Logging.AddProvider(log);
            builder.Services.AddSingleton(bus);
            var configuration = new Dictionary<string, string?>
            {
                ["Grpc:Port"] = "0",
                ["Http:Port"] = "0",
                ["Admin:Port"] = "0",
                ["ServiceAuth:Secret"] = RunningRegister.Secret,
                ["Register:Addresses:0"] = register,
                ["ApiKeys:File"] = keyFile,
                ["ApiKeys:ReloadEvery"] = "00:00:00.100",
            };
            foreach (var (key, value) in settings)
            {
                configuration[key] = value;
            }

            builder.Configuration.AddInMemoryCollection(configuration);
        });
        await app.StartAsync();
        return new RunningCenter(app, GrpcChannel.ForAddress(app.Services.GetRequiredService<BoundEndpoints>().Url(Listeners.Grpc)), log);
    }

    /// <summary>A client with this key; null = without one.</summary>
    public CenterClient Client(string? key) => new(_channel.Intercept(headers =>
    {
        if (key is not null)
        {
            headers.Add("authorization", $"Bearer {key}");
        }

        return headers;
    }));

    public async Task<bool> IsReadyAsync()
    {
        using var reply = await Http.GetAsync(new Uri(Admin, "/readyz"));
        return reply.IsSuccessStatusCode;
    }

    public Task<string> ReadinessAsync() => Http.GetAsync(new Uri(Admin, "/readyz")).ContinueWith(reply => reply.Result.Content.ReadAsStringAsync()).Unwrap();

    public Task<string> MetricsAsync() => Http.GetStringAsync(new Uri(Admin, "/metrics"));

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _channel.Dispose();
    }
}
