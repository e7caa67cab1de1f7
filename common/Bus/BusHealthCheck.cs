using Microservices.Bus.RabbitMq;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microservices.Bus;

/// <summary>Ready while messages can be published and every subscription is attached.</summary>
internal sealed class BusHealthCheck(IBus bus) : IHealthCheck
{
    public const string Name = "bus";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var fault = bus is RabbitMqBus rabbit ? rabbit.Fault : bus.IsConnected ? null : "closed";
        return Task.FromResult(fault is null ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus, fault));
    }
}
