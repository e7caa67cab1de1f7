using Microservices.Bus;
using Microservices.Center;
using Microservices.Dispatcher;
using Microservices.Gateway;
using Microservices.Hosting;
using Microservices.Register;
using Microsoft.Extensions.Configuration.Memory;

namespace Microservices.Standalone;

/// <summary>The four services in this process, each with a host of its own. They talk over the same protocols as on many machines.</summary>
internal sealed class EmbeddedPlatform(Arguments arguments, ServiceSettings settings) : IAsyncDisposable
{
    // Between the services' own defaults, which come before it, and the environment, which comes after it.
    private static readonly Dictionary<string, string?> Quiet = new()
    {
        ["Logging:LogLevel:Default"] = "Warning",
    };

    private readonly Stack<WebApplication> _running = new();

    // The one bus inside the process: made by the register, the first to start and the last to stop, and used by all.
    private IBus? _sharedBus;

    /// <summary>Starts them in the order in which they need one another.</summary>
    /// <returns>The parts of the center, which has the clients of register among them.</returns>
    /// <exception cref="StandaloneFault">One of them refuses to start; the message says why.</exception>
    public async Task<IServiceProvider> StartAsync(CancellationToken cancellationToken)
    {
        var register = await StartAsync(RegisterApp.Create, settings.Register, cancellationToken);
        _sharedBus = arguments.RabbitMq is null ? register.GetRequiredService<IBus>() : null;
        await StartAsync(DispatcherApp.Create, settings.Dispatcher, cancellationToken);
        var center = await StartAsync(CenterApp.Create, settings.Center, cancellationToken);
        await StartAsync(GatewayApp.Create, settings.Gateway, cancellationToken);
        return center;
    }

    /// <summary>Stops them in the opposite order: clients are sent away while everything that this needs still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_running.TryPop(out var service))
        {
            await service.StopAsync();
            await service.DisposeAsync();
        }
    }

    private async Task<IServiceProvider> StartAsync(
        Func<string[], Action<WebApplicationBuilder>?, WebApplication> create, Dictionary<string, string?> configuration, CancellationToken cancellationToken)
    {
        try
        {
            var service = create([], builder => Configure(builder, configuration));
            _running.Push(service);
            await service.StartAsync(cancellationToken);
            return service.Services;
        }
        catch (Exception fault) when (ServiceProgram.OptionFaults(fault) is { } faults)
        {
            throw new StandaloneFault(string.Join('\n', faults));
        }
        catch (IOException fault)
        {
            // Kestrel's word for a port that was taken since it was looked at.
            throw new StandaloneFault(fault.Message);
        }
    }

    private void Configure(WebApplicationBuilder builder, Dictionary<string, string?> configuration)
    {
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = Quiet });
        builder.Configuration.AddInMemoryCollection(configuration);
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        if (_sharedBus is not null)
        {
            builder.Services.AddSingleton(_sharedBus);
        }
    }
}
