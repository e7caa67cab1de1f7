using Microservices.Dispatcher.Rooms;
using Microservices.Testing;

namespace Microservices.Dispatcher.Tests.Rooms;

public sealed class LastGoodRoomsTests
{
    private readonly ManualTime _time = new();
    private readonly LastGoodRooms _rooms;

    public LastGoodRoomsTests() => _rooms = new LastGoodRooms(new RoomsOptions(), _time);

    [Fact]
    public void Apply_RoomVanishesFromACompleteList_IsGone()
    {
        _rooms.Apply(Given.List(Given.Rooms(3)));

        Assert.Equal(0, _rooms.Apply(Given.List(Given.Rooms(2))));

        Assert.Equal(["room-1", "room-2"], Live());
        Assert.Empty(Kept());
    }

    [Fact]
    public void Apply_HalfVanishes_IsGone()
    {
        _rooms.Apply(Given.List(Given.Rooms(4)));

        Assert.Equal(0, _rooms.Apply(Given.List(Given.Rooms(2))));

        Assert.Empty(Kept());
    }

    [Fact]
    public void Apply_MoreThanHalfVanishes_IsKeptForTheGraceTime()
    {
        _rooms.Apply(Given.List(Given.Rooms(5)));

        Assert.Equal(3, _rooms.Apply(Given.List(Given.Rooms(2))));

        Assert.Equal(["room-1", "room-2"], Live());
        Assert.Equal(["room-3", "room-4", "room-5"], Kept());
        Assert.All(_rooms.Kept, kept => Assert.Equal(60, _time.GetElapsedTime(_time.GetTimestamp(), kept.Until).TotalSeconds));
    }

    [Fact]
    public void Apply_AllVanish_AreKept()
    {
        _rooms.Apply(Given.List(Given.Rooms(1)));

        Assert.Equal(1, _rooms.Apply(Given.List()));

        Assert.Equal(["room-1"], Kept());
    }

    [Fact]
    public void Apply_MostVanishOneListAfterTheOther_AreKept()
    {
        _rooms.Apply(Given.List(Given.Rooms(5)));
        for (var left = 4; left >= 2; left--)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            _rooms.Apply(Given.List(Given.Rooms(left)));
        }

        Assert.Equal(["room-3", "room-4", "room-5"], Kept());
    }

    [Fact]
    public void Apply_MostVanishSlowly_AreGone()
    {
        _rooms.Apply(Given.List(Given.Rooms(5)));
        for (var left = 4; left >= 1; left--)
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            _rooms.Apply(Given.List(Given.Rooms(left)));
        }

        Assert.Empty(Kept());
    }

    [Fact]
    public void Apply_GraceTimeOver_KeptRoomsAreForgotten()
    {
        _rooms.Apply(Given.List(Given.Rooms(5)));
        _rooms.Apply(Given.List(Given.Rooms(1)));
        _time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(0, _rooms.Apply(Given.List(Given.Rooms(1))));

        Assert.Empty(Kept());
    }

    [Fact]
    public void Apply_KeptRoomComesBack_IsLive()
    {
        _rooms.Apply(Given.List(Given.Rooms(3)));
        _rooms.Apply(Given.List(Given.Rooms(1)));

        _rooms.Apply(Given.List(Given.Rooms(3)));

        Assert.Equal(3, _rooms.Live.Count);
        Assert.Empty(Kept());
    }

    [Fact]
    public void Apply_KeptRoomRestarts_OldOneIsForgotten()
    {
        _rooms.Apply(Given.List(Given.Rooms(3)));
        _rooms.Apply(Given.List());

        _rooms.Apply(Given.List(Given.Room("room-2", 20)));

        Assert.Equal(["room-2"], Live());
        Assert.Equal(["room-1", "room-3"], Kept());
    }

    [Fact]
    public void Apply_AllRestartUnderTheirNames_NothingIsKept()
    {
        _rooms.Apply(Given.List(Given.Rooms(2)));

        Assert.Equal(0, _rooms.Apply(Given.List(Given.Room("room-1", 11), Given.Room("room-2", 12))));

        Assert.Empty(Kept());
    }

    [Fact]
    public void Apply_DrainingRoomsVanish_AreGoneWithoutDoubt()
    {
        _rooms.Apply(Given.List(Given.Room("a", 1, draining: true), Given.Room("b", 2, draining: true), Given.Room("c", 3)));

        Assert.Equal(0, _rooms.Apply(Given.List(Given.Room("c", 3))));

        Assert.Empty(Kept());
    }

    [Fact]
    public void Apply_IncompleteList_RemovesNothing()
    {
        _rooms.Apply(Given.List(Given.Rooms(3)));

        _rooms.Apply(Given.Incomplete());

        Assert.Equal(["room-1", "room-2", "room-3"], Live());
    }

    [Fact]
    public void Apply_IncompleteList_AddsAndRenews()
    {
        _rooms.Apply(Given.List(Given.Rooms(2)));

        _rooms.Apply(Given.Incomplete(Given.Room("room-2", 2, draining: true), Given.Room("room-3", 3)));

        Assert.Equal(["room-1", "room-2", "room-3"], Live());
        Assert.True(_rooms.Live.Single(static room => room.Incarnation == 2).Draining);
    }

    [Fact]
    public void Apply_MostMissingWhenTheListIsCompleteAgain_AreKept()
    {
        _rooms.Apply(Given.List(Given.Rooms(3)));
        _rooms.Apply(Given.Incomplete());

        Assert.Equal(2, _rooms.Apply(Given.List(Given.Rooms(1))));

        Assert.Equal(["room-2", "room-3"], Kept());
    }

    private IEnumerable<string> Live() => _rooms.Live.Select(static room => room.Description.Name).Order(StringComparer.Ordinal);

    private IEnumerable<string> Kept() => _rooms.Kept.Select(static kept => kept.Room.Description.Name).Order(StringComparer.Ordinal);
}
