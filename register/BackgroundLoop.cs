using Microservices.Register.Store;

namespace Microservices.Register;

/// <summary>The one catch-all of loops: a fault costs a round, never the loop.</summary>
internal static partial class BackgroundLoop
{
    /// <summary>Takes steps with pauses between them until stopped. A silent store is no fault of the loop: health says it.</summary>
    public static async Task RunAsync(
        Func<CancellationToken, Task> step, Func<CancellationToken, Task> pause, ILogger logger, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await step(stop);
            }
            catch (Exception) when (stop.IsCancellationRequested)
            {
                // Whatever the round stumbled over while the service stops is nobody's fault.
                return;
            }
            catch (StoreUnavailableException)
            {
            }
            catch (Exception fault)
            {
                RoundFailed(logger, fault);
            }

            await pause(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "A round of a background loop failed; the next one follows")]
    private static partial void RoundFailed(ILogger logger, Exception fault);
}
