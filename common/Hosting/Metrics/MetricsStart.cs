using Microsoft.Extensions.Hosting;

namespace Microservices.Hosting.Metrics;

/// <summary>Makes the collector listen from the start of the service, not from the first question.</summary>
internal sealed class MetricsStart(MetricsCollector collector) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        collector.Start();
        GcPauses.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
