using Microservices.Contracts.Register;

namespace Microservices.Dispatcher.Rooms;

/// <summary>
/// What is believed of the rooms, list after list. A list that register itself calls incomplete adds and renews rooms and removes none.
/// A complete one removes the rooms it lacks; but when those that vanished within <see cref="RoomsOptions.VanishWindow"/> are more than
/// half, the list is doubted, and they are kept for <see cref="RoomsOptions.KeepVanished"/>. Used by one thread.
/// </summary>
internal sealed class LastGoodRooms(RoomsOptions options, TimeProvider time)
{
    private readonly Dictionary<ulong, Room> _live = [];
    private readonly List<Vanished> _vanished = [];

    /// <summary>The rooms that live as far as register could last tell, draining ones too.</summary>
    public IReadOnlyCollection<Room> Live => _live.Values;

    /// <summary>The rooms that vanished and are named all the same, and until which timestamp.</summary>
    public IEnumerable<(Room Room, long Until)> Kept =>
        _vanished.Where(static one => one.IsKept).Select(one => (one.Room, one.At + Ticks(options.KeepVanished)));

    /// <summary>Takes in a list; returns how many rooms begin to be kept with it.</summary>
    public int Apply(RoomList list)
    {
        var now = time.GetTimestamp();
        if (list.Complete)
        {
            Remove(list, now);
        }

        foreach (var room in list.Rooms)
        {
            _live[room.Incarnation] = room;
        }

        Forget(now);
        return Doubt(now);
    }

    private void Remove(RoomList list, long now)
    {
        var named = list.Rooms.Select(static room => room.Incarnation).ToHashSet();
        foreach (var (incarnation, room) in _live.Where(one => !named.Contains(one.Key)).ToArray())
        {
            _live.Remove(incarnation);

            // A draining room is expected to vanish.
            if (!room.Draining)
            {
                _vanished.Add(new Vanished(room, now));
            }
        }
    }

    private void Forget(long now)
    {
        var names = _live.Values.Select(static room => room.Description.Name).ToHashSet(StringComparer.Ordinal);
        var window = Ticks(options.VanishWindow);
        var grace = Ticks(options.KeepVanished);

        // A room of the same name is the same room after a restart: nothing vanished.
        _vanished.RemoveAll(one => names.Contains(one.Room.Description.Name) || now - one.At >= (one.IsKept ? Math.Max(grace, window) : window));
    }

    private int Doubt(long now)
    {
        var left = _live.Values.Count(static room => !room.Draining);
        var window = Ticks(options.VanishWindow);
        var recent = _vanished.Where(one => now - one.At < window).ToArray();
        if (recent.Length <= left)
        {
            return 0;
        }

        var begun = recent.Count(static one => !one.IsKept);
        foreach (var one in recent)
        {
            one.IsKept = true;
        }

        return begun;
    }

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);

    private sealed class Vanished(Room room, long at)
    {
        public Room Room { get; } = room;

        public long At { get; } = at;

        public bool IsKept { get; set; }
    }
}
