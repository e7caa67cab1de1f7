using Microservices.Contracts.Bus;

namespace Microservices.Bus.Handling;

/// <summary>One message at a time. One that is refused several times in a row is dropped, and the consumer is told of a loss: the room goes on.</summary>
internal sealed class RoomDeliveries(IRoomConsumer consumer, Retrying retrying) : IDeliveryHandler<RoomMessage>
{
    public async ValueTask<int> HandleAsync(IReadOnlyList<RoomMessage> messages, ICollection<int> refused, HandlingTokens tokens)
    {
        for (var i = 0; i < messages.Count; i++)
        {
            if (tokens.Continue.IsCancellationRequested)
            {
                return i;
            }

            try
            {
                if (!await retrying.TryAsync(1, (consumer, Message: messages[i]), static (work, ours) => work.consumer.HandleAsync(work.Message, ours), tokens))
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
