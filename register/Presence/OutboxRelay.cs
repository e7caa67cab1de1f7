using Microservices.Bus;
using Microservices.Contracts.Bus;
using Microservices.Register.Rooms;
using Microservices.Register.Store;

namespace Microservices.Register.Presence;

/// <summary>
/// Publishes what is in the outbox of a partition, in order, and removes what the bus has confirmed. A relay that lost its hold while it
/// published has published repeats, which consumers drop, and removes nothing.
/// </summary>
internal sealed class OutboxRelay(IEventOutbox outbox, IBus bus, LiveRooms live, PresenceOptions options, RegisterMetrics metrics, TimeProvider time)
{
    public const int EventsAtOnce = 500;
    private readonly string _owner = Guid.NewGuid().ToString("N");

    /// <summary>Goes on until the outbox is empty, somebody else has it, or the service stops. Never two at once for one partition.</summary>
    /// <returns>Null when all is done; otherwise when the oldest event that is left was appended: the bus didn't take it.</returns>
    /// <exception cref="StoreUnavailableException">The store doesn't answer; what was published is published again.</exception>
    public async Task<DateTimeOffset?> RelayAsync(int partition, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var turn = await outbox.TakeAsync(partition, _owner, options.Hold, EventsAtOnce, stop);
            if (turn.State != OutboxState.Taken)
            {
                return null;
            }

            // From here on the turn is finished, also while the service stops: a hold that is given up lets nobody wait for its end.
            var published = await PublishAsync(turn, CancellationToken.None);
            var isAll = published == turn.Events.Count;
            if (published > 0 || isAll)
            {
                var upto = isAll ? turn.Through : turn.Events[published - 1].Change;
                if (!await outbox.RemoveAsync(partition, turn.Fence, upto, CancellationToken.None))
                {
                    metrics.RelayOvertaken();
                    return null;
                }
            }

            if (!isAll)
            {
                return DateTimeOffset.FromUnixTimeMilliseconds(turn.Events[published].AtUnixMs);
            }
        }

        return null;
    }

    /// <summary>How many from the first on are confirmed.</summary>
    private async Task<int> PublishAsync(OutboxTurn turn, CancellationToken cancellationToken)
    {
        if (turn.Events.Count == 0)
        {
            return 0;
        }

        var view = await ViewAsync(turn.Events, cancellationToken);
        var publishing = new Task<PublishOutcome>[turn.Events.Count];
        for (var i = 0; i < publishing.Length; i++)
        {
            var change = turn.Events[i];
            change.Room = live.NameOf(change.Incarnation);
            publishing[i] = bus.PublishPresenceAsync(change, cancellationToken).AsTask();
        }

        var outcomes = await Task.WhenAll(publishing);
        var refused = Array.FindIndex(outcomes, static outcome => outcome == PublishOutcome.Unavailable);
        var published = refused < 0 ? outcomes.Length : refused;
        var now = StoreTime(view);
        foreach (var change in turn.Events.Take(published))
        {
            metrics.Relayed(change.Kind.ToString(), now - change.AtUnixMs);
        }

        return published;
    }

    private async Task<RoomView> ViewAsync(IReadOnlyList<PresenceEvent> changes, CancellationToken cancellationToken)
    {
        try
        {
            return await live.CurrentAsync(changes.Max(static change => change.Incarnation), cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            return live.Latest;
        }
    }

    private long StoreTime(RoomView view) =>
        view.WasRead ? (view.StoreTime / 1_000) + (long)time.GetElapsedTime(view.ReadAt).TotalMilliseconds : time.GetUtcNow().ToUnixTimeMilliseconds();
}
