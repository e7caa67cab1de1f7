using Microservices.Contracts.Bus;

namespace Microservices.Bus.Handling;

/// <summary>One message at a time. One that is refused several times in a row is dropped: the room goes on.</summary>
internal sealed class RoomDeliveries(RoomMessageHandler handler, Retrying retrying) : IDeliveryHandler<RoomMessage>
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
                if (!await retrying.TryAsync(1, (handler, Message: messages[i]), static (work, ours) => work.handler(work.Message, ours), tokens))
                {
                    refused.Add(i);
                    retrying.GiveUp();
                }
            }
            catch (OperationCanceledException) when (tokens.Continue.IsCancellationRequested)
            {
                return i;
            }
        }

        return messages.Count;
    }
}
