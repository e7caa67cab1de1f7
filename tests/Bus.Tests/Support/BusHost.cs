using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Microservices.Bus.Tests.Support;

/// <summary>A bus from configuration, as <c>AddBus</c> puts it into a service.</summary>
public sealed class BusHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public BusHost(RecordedLog log, params (string Key, object Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Bus:{setting.Key}", setting.Value.ToString())))
            .Build();
        _services = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(log))
            .AddBus(configuration)
            .BuildServiceProvider();
        Bus = _services.GetRequiredService<IBus>();
    }

    public IBus Bus { get; }

    public IServiceProvider Services => _services;

    public Task WhenConnectedAsync() => Eventually.HoldsAsync(() => Bus.IsConnected, "the bus is connected", () => HealthAsync().Result);

    /// <summary>What the health check says: its status and why.</summary>
    public async Task<string> HealthAsync()
    {
        var report = await _services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("ready"));
        var (name, entry) = report.Entries.Single();
        return $"{name} {entry.Status}: {entry.Description}";
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
