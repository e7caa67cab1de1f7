using Microservices.Dispatcher.Selection;

namespace Microservices.Dispatcher.Tests.Selection;

public sealed class AddressSelectorTests
{
    private readonly Chooser _chooser = new();

    [Fact]
    public void Select_ManyRooms_NamesTwoAddressesOfEachOfThree()
    {
        var chosen = _chooser.Choose(Given.Table(Given.List(Given.Rooms(10))), "alice");

        Assert.Equal(6, chosen.Distinct().Count());
        Assert.Equal(3, chosen.Select(static address => address.Split(':')[0]).Distinct().Count());
    }

    [Fact]
    public void Select_RoomWithSeveralPorts_NamesThemOneAfterTheOtherInTheirOrder()
    {
        var chosen = _chooser.Choose(Given.Table(Given.List(Given.Rooms(10))), "alice");

        var room = chosen[0].Split(':')[0];
        Assert.Equal([$"{room}:8124", $"{room}:443"], chosen[..2]);
    }

    [Fact]
    public void Select_OneRoomWithManyAddresses_FillsTheAnswer()
    {
        var room = Given.Room("a", 1, addresses: ["a:1", "a:2", "a:3", "a:4", "a:5", "a:6", "a:7"]);

        Assert.Equal(["a:1", "a:2", "a:3", "a:4", "a:5", "a:6"], _chooser.Choose(Given.Table(Given.List(room)), "alice"));
    }

    [Fact]
    public void Select_NoRooms_ChoosesNothing() => Assert.Empty(_chooser.Choose(Given.Table(Given.List()), "alice"));

    [Fact]
    public void Select_DrainingRoom_IsNotNamed()
    {
        var table = Given.Table(Given.List(Given.Room("a", 1, draining: true), Given.Room("b", 2)));

        Assert.All(Users(100), user => Assert.DoesNotContain(_chooser.Choose(table, user), static address => address.StartsWith('a')));
    }

    [Fact]
    public void Select_OnlyDrainingRooms_ChoosesNothing() =>
        Assert.Empty(_chooser.Choose(Given.Table(Given.List(Given.Room("a", 1, draining: true))), "alice"));

    [Fact]
    public void Select_FullRoom_GoesBehindTheOthers()
    {
        var table = Given.Table(Given.List(Given.Room("a", 1, capacity: 10, connections: 10), Given.Room("b", 2), Given.Room("c", 3)));

        Assert.All(Users(100), user => Assert.StartsWith("a.", _chooser.Choose(table, user)[4], StringComparison.Ordinal));
    }

    [Fact]
    public void Select_AddressFailed_GoesLast()
    {
        var table = Given.Table(Given.List(Given.Rooms(2)));
        var before = _chooser.Choose(table, "alice");

        var after = _chooser.Choose(table, "alice", before[0]);

        Assert.Equal([.. before[1..], before[0]], after);
    }

    [Fact]
    public void Select_FailedHostInOtherCase_CountsAsFailed()
    {
        var table = Given.Table(Given.List(Given.Rooms(2)));
        var before = _chooser.Choose(table, "alice");

        Assert.Equal(before[0], _chooser.Choose(table, "alice", before[0].ToUpperInvariant())[^1]);
    }

    [Fact]
    public void Select_AllAddressesOfARoomFailed_RoomGoesToTheEnd()
    {
        var table = Given.Table(Given.List(Given.Rooms(3)));
        var before = _chooser.Choose(table, "alice");

        var after = _chooser.Choose(table, "alice", before[0], before[1]);

        Assert.Equal([.. before[2..], before[0], before[1]], after);
    }

    [Fact]
    public void Select_AllAddressesOfARoomFailedAndRoomsEnough_OthersTakeItsPlace()
    {
        var table = Given.Table(Given.List(Given.Rooms(10)));
        var before = _chooser.Choose(table, "alice");

        var after = _chooser.Choose(table, "alice", before[0], before[1]);

        Assert.Equal(before[2..], after[..4]);
        Assert.Equal(6, after.Length);
        Assert.DoesNotContain(after, address => address == before[0] || address == before[1]);
    }

    [Fact]
    public void Select_EverythingFailed_IsStillNamed()
    {
        var table = Given.Table(Given.List(Given.Rooms(3)));
        var before = _chooser.Choose(table, "alice");

        Assert.Equal(before.Order(), _chooser.Choose(table, "alice", before).Order());
    }

    [Fact]
    public void Select_OneRoomAndOneAddress_Configured()
    {
        var chooser = new Chooser(new SelectionOptions { MaxRooms = 1, MaxAddresses = 1 });

        Assert.Single(chooser.Choose(Given.Table(Given.List(Given.Rooms(5))), "alice"));
    }

    [Fact]
    public void Select_WarmedUp_DoesNotAllocate()
    {
        var table = Given.Table(Given.List(Given.Rooms(50)));
        var selector = new AddressSelector(Microsoft.Extensions.Options.Options.Create(new SelectionOptions()), TimeProvider.System);
        var chosen = new Microservices.Dispatcher.Rooms.RoomAddress[SelectionOptions.Most];
        selector.Select(table.Of(0), 1, [], chosen);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (ulong i = 0; i < 1_000; i++)
        {
            selector.Select(table.Of(0), i, [], chosen);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    internal static IEnumerable<string> Users(int count) => Enumerable.Range(0, count).Select(static i => $"user-{i}");
}
