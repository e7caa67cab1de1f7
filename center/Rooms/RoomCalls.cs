using Microservices.Contracts.Center;
using RegisterList = Microservices.Contracts.Register.ListRoomsRequest;
using Room = Microservices.Contracts.Register.Room;
using RoomsClient = Microservices.Contracts.Register.Rooms.RoomsClient;

namespace Microservices.Center.Rooms;

/// <summary>The call ListRooms. It asks register: the watch may be a moment behind.</summary>
internal sealed class RoomCalls(RoomsClient register)
{
    public async Task<ListRoomsReply> ListAsync(CancellationToken cancellationToken)
    {
        var list = await register.ListAsync(new RegisterList(), cancellationToken: cancellationToken);
        return new ListRoomsReply { Rooms = { list.Rooms.Select(ToStatus) } };
    }

    private static RoomStatus ToStatus(Room room) => new()
    {
        Name = room.Description.Name,
        Incarnation = room.Incarnation,
        Zone = room.Description.Zone,
        Addresses = { room.Description.Addresses.Select(static address => $"{address.Transport}://{Host(address.Host)}:{address.Port}") },
        Connections = room.Connections,
        Sessions = room.Sessions,
        Draining = room.Draining,
    };

    private static string Host(string host) => host.Contains(':') ? $"[{host}]" : host;
}
