using Microservices.Contracts.Register;
using Microservices.Dispatcher.Rooms;
using Microservices.Dispatcher.Selection;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.Tests;

/// <summary>Rooms and lists as register would send them.</summary>
internal static class Given
{
    public static Room Room(string name, ulong incarnation, uint capacity = 1_000, uint connections = 0, bool draining = false, params string[] addresses)
    {
        var room = new Room
        {
            Incarnation = incarnation,
            Connections = connections,
            Draining = draining,
            Description = new RoomDescription { Name = name, Capacity = capacity },
        };
        foreach (var address in addresses.Length == 0 ? [$"{name}.example:8124", $"{name}.example:443"] : addresses)
        {
            var parts = address.Split('/');
            var colon = parts[0].LastIndexOf(':');
            room.Description.Addresses.Add(new Address
            {
                Host = parts[0][..colon],
                Port = uint.Parse(parts[0][(colon + 1)..]),
                Transport = parts.Length > 1 ? parts[1] : "tcp",
            });
        }

        return room;
    }

    public static RoomList List(params Room[] rooms) => new() { Complete = true, Rooms = { rooms } };

    public static RoomList Incomplete(params Room[] rooms) => new() { Complete = false, Rooms = { rooms } };

    /// <summary>room-1, room-2 and so on.</summary>
    public static Room[] Rooms(int count) => [.. Enumerable.Range(1, count).Select(static i => Room($"room-{i}", (ulong)i))];

    public static RoomTable Table(RoomList list, SelectionOptions? options = null) => Table([list], TimeProvider.System, options);

    public static RoomTable Table(RoomList[] lists, TimeProvider time, SelectionOptions? options = null)
    {
        var rooms = new LastGoodRooms(new RoomsOptions(), time);
        foreach (var list in lists)
        {
            rooms.Apply(list);
        }

        return new RoomTableBuilder(Options.Create(options ?? new SelectionOptions())).Build(rooms);
    }
}
