using Microservices.Center.Tests.Support;
using Microservices.Contracts.Center;

namespace Microservices.Center.Tests.Components;

public sealed class RoomsTests
{
    [Fact]
    public async Task ListRooms_LiveRooms_AreDescribed()
    {
        await using var world = await World.StartAsync();
        var room = await world.OpenRoomAsync("room-1");

        var reply = await world.Client.ListRoomsAsync(new ListRoomsRequest());

        var status = Assert.Single(reply.Rooms);
        Assert.Equal(("room-1", room.Incarnation, "here", false), (status.Name, status.Incarnation, status.Zone, status.Draining));
        Assert.Equal(["tcp://127.0.0.1:8124", "tls://[::1]:8125"], status.Addresses);
    }
}
