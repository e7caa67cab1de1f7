using Microsoft.Extensions.Logging;

namespace Microservices.Bus.Handling;

/// <summary>Calls a handler until it returns, its attempts are used up, or the consumer stops.</summary>
internal sealed class Retrying(string queue, Destination from, RetryPolicy policy, BusMetrics metrics, ILogger logger, TimeProvider time)
{
    /// <summary>True: done. False: refused at every attempt.</summary>
    /// <exception cref="OperationCanceledException">The consumer stops, or the messages are not ours any more.</exception>
    public async ValueTask<bool> TryAsync<TWork>(
        int messages, TWork work, Func<TWork, CancellationToken, ValueTask> handle, HandlingTokens tokens, int? maxAttempts = null)
    {
        var attempts = maxAttempts ?? policy.MaxAttempts;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await handle(work, tokens.Ours);
                metrics.Consumed(from, messages);
                return true;
            }
            catch (Exception fault)
            {
                tokens.Ours.ThrowIfCancellationRequested();
                Log.HandlerThrew(logger, fault, queue, messages, attempt, attempts);
                if (attempt >= attempts)
                {
                    return false;
                }
            }

            await Task.Delay(policy.Before(attempt + 1), time, tokens.Continue);
            metrics.Redelivered(from, messages);
        }
    }

    /// <summary>Counts a message that was refused at every attempt.</summary>
    public void GiveUp()
    {
        metrics.Dropped(from, DropReason.Refused);
        Log.GivenUp(logger, queue);
    }
}
