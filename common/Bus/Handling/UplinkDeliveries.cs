using Microservices.Contracts.Bus;

namespace Microservices.Bus.Handling;

/// <summary>
/// A batch at a time. When a batch is refused at every attempt, its messages are given one by one: one bad message doesn't take
/// those around it with it.
/// </summary>
internal sealed class UplinkDeliveries(int queue, UplinkBatchHandler handler, Retrying retrying) : IDeliveryHandler<UplinkMessage>
{
    public async ValueTask<int> HandleAsync(IReadOnlyList<UplinkMessage> messages, ICollection<int> refused, HandlingTokens tokens)
    {
        var finished = 0;
        try
        {
            if (await TryAsync(messages, tokens))
            {
                return messages.Count;
            }

            for (; finished < messages.Count; finished++)
            {
                tokens.Continue.ThrowIfCancellationRequested();
                if (messages.Count == 1 || !await TryAsync([messages[finished]], tokens, maxAttempts: 1))
                {
                    refused.Add(finished);
                    retrying.GiveUp();
                }
            }
        }
        catch (OperationCanceledException) when (tokens.Continue.IsCancellationRequested)
        {
            // What isn't finished comes again, here or elsewhere.
        }

        return finished;
    }

    private ValueTask<bool> TryAsync(IReadOnlyList<UplinkMessage> batch, HandlingTokens tokens, int? maxAttempts = null) =>
        retrying.TryAsync(batch.Count, (handler, queue, batch), static (work, ours) => work.handler(work.queue, work.batch, ours), tokens, maxAttempts);
}
