using Grpc.Core;

namespace Microservices.Register;

/// <summary>Runs endless calls so that they end, with UNAVAILABLE, as soon as the service stops: the caller goes on at another register.</summary>
internal sealed class RunningStreams(IHostApplicationLifetime lifetime)
{
    public async Task RunAsync(ServerCallContext context, Func<CancellationToken, Task> stream)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await stream(either.Token);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "This register is stopping."));
        }
    }
}
