using Microservices.Center.Sessions;
using Microservices.Contracts.Bus;
using Session = Microservices.Contracts.Register.Session;

namespace Microservices.Center.Fanout;

/// <summary>Sessions grouped by the room that holds them, so that each room gets one message.</summary>
internal sealed class RecipientsByRoom
{
    private readonly Dictionary<ulong, List<SessionKey>> _rooms = [];

    public int Count { get; private set; }

    public void Add(Session session)
    {
        if (!_rooms.TryGetValue(session.Incarnation, out var keys))
        {
            _rooms.Add(session.Incarnation, keys = []);
        }

        keys.Add(session.BusKey());
        Count++;
    }

    /// <summary>One message a room.</summary>
    public IReadOnlyList<RoomPost> Posts(Func<IReadOnlyList<SessionKey>, RoomMessage> compose) =>
        [.. _rooms.Select(room => new RoomPost(room.Key, compose(room.Value)))];
}
