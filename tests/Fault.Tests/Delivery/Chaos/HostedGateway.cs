using Microservices.Bus;
using Microservices.Gateway;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microservices.Fault.Tests.Delivery.Chaos;

/// <summary>A gateway in this process, a further room of the cluster, whose bus is another.</summary>
internal sealed class HostedGateway : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly int _adminPort;

    private readonly KeptLines _lines;

    private HostedGateway(WebApplication app, int port, int adminPort, KeptLines lines) =>
        (_app, Port, _adminPort, _lines) = (app, port, adminPort, lines);

    public int Port { get; }

    /// <summary>The latest of what it logged.</summary>
    public string Output => _lines.ToString();

    /// <param name="cluster">Its register and broker.</param>
    /// <param name="name">Of the room.</param>
    /// <param name="decorate">Makes the gateway's bus from the real one.</param>
    public static async Task<HostedGateway> StartAsync(Cluster cluster, string name, Func<IBus, IBus> decorate)
    {
        var (port, adminPort) = (FreePorts.Take(), FreePorts.Take());
        var lines = new KeptLines();
        var app = GatewayApp.Create([], builder =>
        {
            builder.Logging.ClearProviders().AddProvider(lines);
            builder.Configuration.AddInMemoryCollection(cluster.GatewayConfiguration(name, port, adminPort));
            builder.Services.AddBus(builder.Configuration);
            var bus = builder.Services.Last(static service => service.ServiceType == typeof(IBus));
            builder.Services.Remove(bus);
            builder.Services.AddSingleton(provider => decorate((IBus)bus.ImplementationFactory!(provider)));
        });
        var gateway = new HostedGateway(app, port, adminPort, lines);
        await app.StartAsync();
        await gateway.WaitUntilReadyAsync();
        return gateway;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task WaitUntilReadyAsync()
    {
        using var http = new HttpClient();
        var state = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                using var reply = await http.GetAsync(new Uri($"http://127.0.0.1:{_adminPort}/readyz"));
                state = await reply.Content.ReadAsStringAsync();
                return reply.IsSuccessStatusCode;
            },
            "the hosted gateway is ready",
            () => $"{state}\n{Output}");
    }
}
