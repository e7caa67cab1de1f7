using Microservices.Protocol;

namespace Microservices.Client.Receiving;

/// <summary>Does what the application's code may make fail: once, or until it succeeds.</summary>
internal sealed class Retries(ReceiveOptions options, TimeProvider time, ReceiveCounters counters, Action<Exception> onFault)
{
    /// <summary>Returns when the work has succeeded.</summary>
    /// <param name="what">What failed, for people.</param>
    /// <param name="work">What to do.</param>
    /// <param name="cancellationToken">Ends the work and its repetition.</param>
    /// <exception cref="PushClientException">It failed, and is not to be tried again.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async ValueTask RunAsync(string what, Func<CancellationToken, ValueTask> work, CancellationToken cancellationToken)
    {
        for (var delay = options.RetryDelay; ; delay = delay * 2 < options.MaxRetryDelay ? delay * 2 : options.MaxRetryDelay)
        {
            try
            {
                await work(cancellationToken);
                return;
            }
            catch when (cancellationToken.IsCancellationRequested)
            {
                // Whatever it is: what was asked to end has not finished its work, and nobody asks why.
                throw new OperationCanceledException(cancellationToken);
            }
            catch (Exception fault)
            {
                if (options.OnFault == FaultAction.Stop)
                {
                    throw new PushClientException(Code.InternalError, $"{what}: {fault.Message}", fault);
                }

                counters.Faulted();
                onFault(fault);
            }

            await Task.Delay(delay, time, cancellationToken);
        }
    }
}
