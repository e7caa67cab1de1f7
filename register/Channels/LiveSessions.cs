using Microservices.Contracts.Register;
using Microservices.Register.Rooms;
using Microservices.Register.Store;

namespace Microservices.Register.Channels;

/// <summary>
/// Which stored sessions a message is worth sending to. While register can't tell which rooms live they all are: a message to a room that is gone
/// costs an answer of the bus, one that isn't sent waits for a nudge.
/// </summary>
internal static class LiveSessions
{
    /// <summary>A view that judges these sessions, or the latest, which says that it isn't complete.</summary>
    public static async ValueTask<RoomView> ViewAsync(this LiveRooms live, IEnumerable<Session> stored, CancellationToken cancellationToken)
    {
        try
        {
            return await live.CurrentAsync(stored, cancellationToken);
        }
        catch (StoreUnavailableException)
        {
            return live.Latest.AsIncomplete();
        }
    }

    /// <summary>Those of the sessions that live, with the names of their rooms.</summary>
    public static IEnumerable<Session> Of(IEnumerable<Session> stored, RoomView view)
    {
        foreach (var session in stored)
        {
            if (view.IsLive(session.Incarnation) || !view.List.Complete)
            {
                session.Room = view.NameOf(session.Incarnation);
                yield return session;
            }
        }
    }
}
