using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microservices.Hosting.Health;

internal sealed class DependencyHealthCheck(DependencyGate gate) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(gate.IsUp ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(gate.Problem));
}
