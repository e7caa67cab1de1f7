using Microservices.Contracts.Register;
using Microservices.Dispatcher.Selection;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.Rooms;

/// <summary>Makes the table from what is believed of the rooms: leaves out draining ones, and addresses that cannot be used.</summary>
internal sealed class RoomTableBuilder(IOptions<SelectionOptions> options)
{
    private const int MaxHostLength = 253;

    public RoomTable Build(LastGoodRooms rooms)
    {
        var candidates = Enumerable.Range(0, Transports.Count).Select(static _ => new List<RoomCandidate>()).ToArray();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var addresses = new HashSet<(string, uint, string)>();
        var live = rooms.Live.Where(static room => !room.Draining).Select(static room => (Room: room, Standing: StandingOf(room), Until: long.MaxValue));
        var kept = rooms.Kept.Select(static one => (one.Room, Standing: RoomStanding.Kept, one.Until));

        // The order decides which of two rooms with one name, or one address, counts as the first; it must be the same in every dispatcher.
        foreach (var (room, standing, until) in live.Concat(kept)
            .OrderBy(static one => one.Standing == RoomStanding.Kept)
            .ThenBy(static one => one.Room.Description.Name, StringComparer.Ordinal)
            .ThenByDescending(static one => one.Room.Incarnation))
        {
            var name = room.Description.Name;
            var hash = Rendezvous.HashOfRoom(name);
            if (!names.Add(name))
            {
                hash = Rendezvous.Vary(hash, room.Incarnation);
            }

            var usable = room.Description.Addresses.Where(address => IsUsable(address) && addresses.Add((address.Host, address.Port, address.Transport)));
            foreach (var group in usable.GroupBy(static address => address.Transport, StringComparer.Ordinal))
            {
                if (Transports.TryFind(group.Key, out var transport))
                {
                    candidates[transport].Add(new RoomCandidate(
                        name,
                        hash,
                        WeightOf(room),
                        standing,
                        until,
                        [.. group.Select(static address => new RoomAddress(address.Host, (int)address.Port, address.Transport))]));
                }
            }
        }

        return new RoomTable([.. candidates.Select(static list => list.ToArray())]);
    }

    private static bool IsUsable(Address address) => address.Host.Length is > 0 and <= MaxHostLength && address.Port is > 0 and <= ushort.MaxValue;

    public static RoomStanding StandingOf(Room room) =>
        room.Description.Capacity > 0 && room.Connections >= room.Description.Capacity ? RoomStanding.Full : RoomStanding.Open;

    private double WeightOf(Room room) =>
        !options.Value.WeightByCapacity ? 1
        : room.Description.Capacity == 0 ? options.Value.AssumedCapacity
        : room.Description.Capacity;
}
