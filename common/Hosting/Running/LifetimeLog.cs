using Microservices.Hosting.Listening;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microservices.Hosting.Running;

/// <summary>Says where the service listens, and that it is stopping.</summary>
internal sealed class LifetimeLog(ServiceIdentity service, BoundEndpoints bound, ILogger<LifetimeLog> logger) : IHostedLifecycleService
{
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var listeners = string.Join(", ", bound.Names.Select(name => $"{name} {bound[name]}"));
        Log.Started(logger, service.Name, service.Version, listeners);
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        Log.Stopping(logger, service.Name);
        return Task.CompletedTask;
    }

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        Log.Stopped(logger, service.Name);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
