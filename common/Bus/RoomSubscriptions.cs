using Microservices.Contracts.Bus;

namespace Microservices.Bus;

/// <summary>Handles a message to a room, as <see cref="IRoomConsumer.HandleAsync"/> does.</summary>
public delegate ValueTask RoomMessageHandler(RoomMessage message, CancellationToken cancellationToken);

/// <summary>Ways to consume a room.</summary>
public static class RoomSubscriptions
{
    /// <summary>Consumes a room for whoever doesn't mind what is lost; see <see cref="IBus.ConsumeRoomAsync"/>.</summary>
    public static Task<IAsyncDisposable> ConsumeRoomAsync(this IBus bus, ulong incarnation, RoomMessageHandler handler, CancellationToken cancellationToken) =>
        bus.ConsumeRoomAsync(incarnation, new Handling(handler), cancellationToken);

    private sealed class Handling(RoomMessageHandler handler) : IRoomConsumer
    {
        public ValueTask HandleAsync(RoomMessage message, CancellationToken cancellationToken) => handler(message, cancellationToken);

        public void Interrupted()
        {
            // It is for messages that nobody keeps.
        }
    }
}
