using Microservices.Dispatcher.Rooms;
using Microservices.Dispatcher.Selection;

namespace Microservices.Dispatcher.Tests.Selection;

/// <summary>Where users go, over many users.</summary>
public sealed class RendezvousTests
{
    private const int Users = 20_000;

    private readonly Chooser _chooser = new();

    [Fact]
    public void First_EqualRooms_ShareTheUsersEvenly()
    {
        var table = Given.Table(Given.List(Given.Rooms(8)));

        var shares = Shares(table);

        // 2,500 each; the standard deviation is 47.
        Assert.Equal(8, shares.Count);
        Assert.All(shares.Values, static share => Assert.InRange(share, 2_200, 2_800));
    }

    [Fact]
    public void First_CapacityThreeTimesAsLarge_TakesThreeTimesAsMany()
    {
        var table = Given.Table(Given.List(Given.Room("small", 1, capacity: 1_000), Given.Room("large", 2, capacity: 3_000)));

        Assert.InRange(Shares(table)["large"], 14_600, 15_400);
    }

    [Fact]
    public void First_WeightByCapacityOff_SharesEvenly()
    {
        var table = Given.Table(
            Given.List(Given.Room("small", 1, capacity: 1_000), Given.Room("large", 2, capacity: 3_000)), new SelectionOptions { WeightByCapacity = false });

        Assert.InRange(Shares(table)["large"], 9_600, 10_400);
    }

    [Fact]
    public void First_RoomWithoutCapacity_CountsWithTheAssumedOne()
    {
        var table = Given.Table(
            Given.List(Given.Room("stated", 1, capacity: 5_000), Given.Room("silent", 2, capacity: 0)), new SelectionOptions { AssumedCapacity = 5_000 });

        Assert.InRange(Shares(table)["silent"], 9_600, 10_400);
    }

    [Fact]
    public void First_RoomGoes_OnlyItsUsersMove()
    {
        var rooms = Given.Rooms(8);
        var before = Given.Table(Given.List(rooms));
        var after = Given.Table(Given.List(rooms[1..]));

        foreach (var user in AddressSelectorTests.Users(Users))
        {
            var first = _chooser.First(before, user);
            Assert.True(first == "room-1" || first == _chooser.First(after, user), $"{user} moved from {first} although it stayed.");
        }
    }

    [Fact]
    public void First_RoomGoes_ItsUsersSpreadOverTheOthers()
    {
        var rooms = Given.Rooms(8);
        var before = Given.Table(Given.List(rooms));
        var after = Given.Table(Given.List(rooms[1..]));

        var moved = AddressSelectorTests.Users(Users).Where(user => _chooser.First(before, user) == "room-1")
            .CountBy(user => _chooser.First(after, user)).ToDictionary();

        // 357 each; the standard deviation is 18.
        Assert.Equal(7, moved.Count);
        Assert.All(moved.Values, static share => Assert.InRange(share, 250, 470));
    }

    [Fact]
    public void First_RoomComes_UsersMoveToItOnly()
    {
        var rooms = Given.Rooms(9);
        var before = Given.Table(Given.List(rooms[..8]));
        var after = Given.Table(Given.List(rooms));

        var moved = 0;
        foreach (var user in AddressSelectorTests.Users(Users))
        {
            var now = _chooser.First(after, user);
            if (now != _chooser.First(before, user))
            {
                Assert.Equal("room-9", now);
                moved++;
            }
        }

        // A ninth of them: 2,222; the standard deviation is 44.
        Assert.InRange(moved, 1_950, 2_500);
    }

    [Fact]
    public void First_RoomRestarted_NobodyMoves()
    {
        var rooms = Given.Rooms(5);
        var before = Given.Table(Given.List(rooms));
        var after = Given.Table(Given.List([Given.Room("room-1", 77), .. rooms[1..]]));

        Assert.All(AddressSelectorTests.Users(1_000), user => Assert.Equal(_chooser.First(before, user), _chooser.First(after, user)));
    }

    [Fact]
    public void Choose_RoomsInAnotherOrder_IsTheSame()
    {
        var rooms = Given.Rooms(7);
        var one = Given.Table(Given.List(rooms));
        var other = Given.Table(Given.List([.. rooms.Reverse()]));

        Assert.All(AddressSelectorTests.Users(1_000), user => Assert.Equal(_chooser.Choose(one, user), _chooser.Choose(other, user)));
    }

    /// <summary>Dispatchers of all versions must agree: these numbers never change.</summary>
    [Fact]
    public void Hash_KnownInput_HasItsFrozenValue()
    {
        Assert.Equal(Frozen.User, Rendezvous.HashOfUser("default", "alice"));
        Assert.Equal(Frozen.UserBeyondAscii, Rendezvous.HashOfUser("shop", "zoë-北京"));
        Assert.Equal(Frozen.Room, Rendezvous.HashOfRoom("room-1"));
    }

    [Fact]
    public void HashOfUser_AppAndUserSplitElsewhere_Differs() =>
        Assert.NotEqual(Rendezvous.HashOfUser("ab", "c"), Rendezvous.HashOfUser("a", "bc"));

    private Dictionary<string, int> Shares(RoomTable table) =>
        AddressSelectorTests.Users(Users).CountBy(user => _chooser.First(table, user)).ToDictionary();

    private static class Frozen
    {
        public const ulong User = 6948520218184056171;
        public const ulong UserBeyondAscii = 2046644016578701770;
        public const ulong Room = 7308134817306315839;
    }
}
