using Microsoft.Extensions.DependencyInjection;

namespace Microservices.Hosting.Metrics;

internal static class MetricsComposition
{
    public static void AddMetricsExport(this IServiceCollection services)
    {
        services.AddMetrics();
        services.AddSingleton<MetricsCollector>();
        // Among the first hosted services: what is counted before it listens is lost.
        services.AddHostedService<MetricsStart>();
    }
}
