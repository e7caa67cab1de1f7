using Microservices.Hosting.Health;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;

namespace Microservices.Hosting;

/// <summary>Readiness and what it waits for.</summary>
public static class HealthComposition
{
    /// <summary>A health check with this tag decides whether the service is ready.</summary>
    public const string ReadyTag = "ready";

    /// <summary>
    /// Declares something that the service needs before it is ready. It counts as missing until the background loop
    /// that looks for it says otherwise through <see cref="Readiness"/>. Declaring a name twice is the same as once.
    /// </summary>
    public static IServiceCollection AddDependency(this IServiceCollection services, string name)
    {
        if (services.Any(service => service.ImplementationInstance is DependencyName declared && declared.Name == name))
        {
            return services;
        }

        services.AddSingleton(new DependencyName(name));
        services.AddHealthChecks().Add(new HealthCheckRegistration(
            name,
            provider => new DependencyHealthCheck(provider.GetRequiredService<Readiness>()[name]),
            failureStatus: null,
            tags: [ReadyTag]));
        return services;
    }

    internal static void AddHealth(this IServiceCollection services)
    {
        services.TryAddSingleton(static provider => new Readiness(
            provider.GetServices<DependencyName>().Select(static dependency => dependency.Name),
            provider.GetRequiredService<ILogger<Readiness>>()));
        services.AddSingleton<ReadinessCheck>();
        services.AddHealthChecks().AddCheck<LifetimeHealthCheck>("lifetime", tags: [ReadyTag]);
    }
}
