using Microservices.Contracts.Register;
using Microservices.Register.Store;

namespace Microservices.Register.Rooms;

/// <summary>Warns once of live rooms that share a name. A room that was started again shares it with itself for as long as its old lease lives: that is nothing to warn of.</summary>
internal sealed class Namesakes(RoomsOptions options, ILogger logger)
{
    private HashSet<(ulong, ulong)> _told = [];

    public void Observe(RoomSnapshot snapshot)
    {
        HashSet<(ulong, ulong)> present = [];
        foreach (var rooms in snapshot.Rooms.GroupBy(static room => room.Description.Name, StringComparer.Ordinal))
        {
            Room? older = null;
            foreach (var room in rooms)
            {
                if (older is not null && IsSettled(room, snapshot.StoreTime))
                {
                    present.Add((older.Incarnation, room.Incarnation));
                    Tell(older, room);
                }

                older = room;
            }
        }

        _told = present;
    }

    // Granted so long ago that an abandoned lease of the same name would have run out.
    private bool IsSettled(Room room, long storeTime) => storeTime - (long)room.Incarnation > 2 * options.LeaseTime.TotalMicroseconds;

    private void Tell(Room one, Room other)
    {
        if (!_told.Contains((one.Incarnation, other.Incarnation)))
        {
            Log.SameName(logger, one.Description.Name, one.Incarnation, AddressOf(one), other.Incarnation, AddressOf(other));
        }
    }

    private static string AddressOf(Room room) => room.Description.Addresses is [var first, ..] ? $"{first.Host}:{first.Port}" : "no address";
}
