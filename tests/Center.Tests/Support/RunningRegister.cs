using Microservices.Bus;
using Microservices.Hosting;
using Microservices.Hosting.Listening;
using Microservices.Register;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microservices.Center.Tests.Support;

/// <summary>A real register on the memory store, whose leases outlive a test without renewals.</summary>
internal sealed class RunningRegister : IAsyncDisposable
{
    public const string Secret = "the-secret-of-the-tests";
    private readonly WebApplication _app;

    private RunningRegister(WebApplication app) => _app = app;

    public Uri Address => _app.Services.GetRequiredService<BoundEndpoints>().Url(Listeners.Grpc);

    public static async Task<RunningRegister> StartAsync(IBus bus, int port = 0)
    {
        var app = RegisterApp.Create([], builder =>
        {
            builder.Logging.ClearProviders();
            builder.Services.AddSingleton(bus);
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Grpc:Port"] = $"{port}",
                ["Admin:Port"] = "0",
                ["ServiceAuth:Secret"] = Secret,
                ["Store:Kind"] = "memory",
                ["Rooms:LeaseTime"] = "00:05:00",
                ["Rooms:RefillPatience"] = "00:05:00",
                ["Rooms:RefreshEvery"] = "00:00:00.050",
                ["Apps:RefreshEvery"] = "00:00:00.050",
            });
        });
        await app.StartAsync();
        return new RunningRegister(app);
    }

    /// <summary>What gateways use.</summary>
    public ServiceProvider NewClients()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Register:Addresses:0", Address.ToString()),
            new("Register:Timeout", "00:00:30"),
            new("ServiceAuth:Secret", Secret),
        ]).Build());
        services.AddRegisterClient();
        return services.BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
