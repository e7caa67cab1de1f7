using Microservices.Bus;
using Microservices.Center.Refusals;
using Microservices.Center.Rooms;

namespace Microservices.Center.Push;

/// <summary>One message to all rooms, which fan it out. Rooms leave out chat clients when the payload isn't text.</summary>
internal sealed class PushToEverybody(IBus bus, RoomDirectory rooms)
{
    /// <returns>How many rooms live.</returns>
    public async Task<int> RunAsync(PushContent content, CancellationToken cancellationToken) =>
        await bus.PublishToAllRoomsAsync(content.ToEverybody(), cancellationToken) switch
        {
            PublishOutcome.Accepted => rooms.Count,
            PublishOutcome.NoRoom => 0,
            _ => throw RefusedException.PartIsAway("The message bus doesn't take messages; nothing was sent."),
        };
}
