using Microservices.Contracts.Register;

namespace Microservices.Center.Rooms;

/// <summary>The live rooms as register last told them.</summary>
internal sealed class RoomDirectory
{
    private volatile RoomList _rooms = new();

    public int Count => _rooms.Rooms.Count;

    public void Apply(RoomList rooms) => _rooms = rooms;
}
