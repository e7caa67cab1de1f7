using Microservices.Bus;

namespace Microservices.Center.Fanout;

/// <summary>Publishes to several rooms at the same time.</summary>
internal sealed class RoomPublisher(IBus bus)
{
    /// <summary>What became of each post, by the room's incarnation; takes as long as the slowest, at most the bus's publish timeout.</summary>
    public async Task<IReadOnlyDictionary<ulong, PublishOutcome>> PublishAsync(IReadOnlyList<RoomPost> posts, CancellationToken cancellationToken)
    {
        // All are handed over before the first is awaited: the bus pipelines them.
        var pending = new Task<PublishOutcome>[posts.Count];
        for (var i = 0; i < pending.Length; i++)
        {
            pending[i] = bus.PublishToRoomAsync(posts[i].Incarnation, posts[i].Message, cancellationToken).AsTask();
        }

        var outcomes = await Task.WhenAll(pending);
        var byRoom = new Dictionary<ulong, PublishOutcome>(outcomes.Length);
        for (var i = 0; i < outcomes.Length; i++)
        {
            byRoom.Add(posts[i].Incarnation, outcomes[i]);
        }

        return byRoom;
    }
}
