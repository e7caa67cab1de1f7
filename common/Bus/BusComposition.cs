using System.Diagnostics.Metrics;
using Microservices.Bus.InProcess;
using Microservices.Bus.RabbitMq;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microservices.Bus;

/// <summary>Puts the bus into a service.</summary>
public static class BusComposition
{
    /// <summary>
    /// Registers <see cref="IBus"/> as section <c>Bus</c> says, and the health check <c>bus</c> with the tag <c>ready</c>. A bus that is
    /// registered already stays: services that share a process share one. Calling it twice is the same as once.
    /// </summary>
    public static IServiceCollection AddBus(this IServiceCollection services, IConfiguration configuration)
    {
        if (services.Any(static service => service.ServiceType == typeof(BusHealthCheck)))
        {
            return services;
        }

        services.AddSingleton<BusHealthCheck>();
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            BusHealthCheck.Name,
            static provider => provider.GetRequiredService<BusHealthCheck>(),
            failureStatus: null,
            tags: ["ready"]));
        if (services.Any(static service => service.ServiceType == typeof(IBus)))
        {
            return services;
        }

        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IValidateOptions<BusOptions>, BusOptionsValidator>();
        services.AddOptions<BusOptions>().Bind(configuration.GetSection(BusOptions.Section)).ValidateOnStart();
        services.AddSingleton(Create);
        return services;
    }

    private static IBus Create(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<BusOptions>>().Value;
        var meters = provider.GetRequiredService<IMeterFactory>();
        var time = provider.GetRequiredService<TimeProvider>();
        return options.Kind == BusOptions.InProcess
            ? new InProcessBus(options, provider.GetRequiredService<ILogger<InProcessBus>>(), meters, time)
            : RabbitMqBus.Start(options, provider.GetRequiredService<ILogger<RabbitMqBus>>(), meters, time);
    }
}
