namespace Microservices.Standalone;

/// <summary>The services stop when Standalone stops them, in its order; none of them listens to Ctrl-C itself.</summary>
internal sealed class OwnedLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
