using Microservices.Register.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace Microservices.Register.Tests.Service;

public sealed class BackgroundLoopTests
{
    [Fact]
    public async Task RunAsync_StepFailsWhileTheServiceStops_Ends()
    {
        using var stop = new CancellationTokenSource();

        // The host would call a loop that ends with an exception a fault, also while it stops.
        await BackgroundLoop.RunAsync(
            async _ =>
            {
                await stop.CancelAsync();
                throw new StoreUnavailableException("redis", "no answer");
            },
            _ => Task.CompletedTask,
            NullLogger.Instance,
            stop.Token);
    }
}
