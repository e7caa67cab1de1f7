using Microservices.Bus.RabbitMq;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microservices.Bus;

/// <summary>Ready while messages can be published and every subscription is attached.</summary>
internal sealed class BusHealthCheck(IBus bus) : IHealthCheck
{
    public const string Name = "bus";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        // It names the server: an operator looks for RabbitMQ, not for "the bus".
        var fault = bus is not RabbitMqBus rabbit ? bus.IsConnected ? null : "closed"
            : rabbit.Fault is { } said ? $"RabbitMQ, {said}" : null;
        return Task.FromResult(fault is null ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus, fault));
    }
}
