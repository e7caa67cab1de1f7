using System.Collections.Concurrent;
using Microservices.Contracts.Register;

namespace Microservices.Register.Rooms;

/// <summary>The names of the rooms that died last: their sessions end after them.</summary>
internal sealed class DepartedRooms
{
    private const int MaxNames = 1_000;
    private readonly ConcurrentDictionary<ulong, string> _names = new();
    private readonly Queue<ulong> _order = new();

    public string NameOf(ulong incarnation) => _names.GetValueOrDefault(incarnation, "");

    /// <summary>Called by one reader at a time.</summary>
    public void Observe(RoomView before, RoomView after)
    {
        if (ReferenceEquals(before.List, after.List))
        {
            return;
        }

        foreach (var room in before.List.Rooms.Where(room => !after.IsLive(room.Incarnation)))
        {
            Keep(room);
        }
    }

    private void Keep(Room room)
    {
        if (_names.TryAdd(room.Incarnation, room.Description.Name))
        {
            _order.Enqueue(room.Incarnation);
        }

        while (_order.Count > MaxNames)
        {
            _names.TryRemove(_order.Dequeue(), out _);
        }
    }
}
