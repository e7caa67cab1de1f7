using Microservices.Contracts.Bus;

namespace Microservices.Bus.Handling;

/// <summary>One event at a time. One that is refused several times in a row is dropped, and the consumer is told of a loss.</summary>
internal sealed class PresenceDeliveries(IPresenceConsumer consumer, Retrying retrying) : IDeliveryHandler<PresenceEvent>
{
    public async ValueTask<int> HandleAsync(IReadOnlyList<PresenceEvent> messages, ICollection<int> refused, HandlingTokens tokens)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (tokens.Continue.IsCancellationRequested)
            {
                return i;
            }

            try
            {
                if (!await retrying.TryAsync(1, (consumer, Change: messages[i]), static (work, ours) => work.consumer.HandleAsync(work.Change, ours), tokens))
                {
                    // Not as refused: the broker would put it into the queue of what was lost, and tell it a second time.
                    retrying.GiveUp();
                    consumer.Interrupted();
                }
            }
            catch (OperationCanceledException) when (tokens.Continue.IsCancellationRequested)
            {
                return i;
            }
        }

        return messages.Count;
    }

    public void Interrupted() => consumer.Interrupted();
}
