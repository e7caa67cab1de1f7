using System.Text;
using Microservices.Dispatcher.Rooms;
using Microservices.Dispatcher.Tests.Selection;
using Microservices.Testing;

namespace Microservices.Dispatcher.Tests.Rooms;

public sealed class RoomTableBuilderTests
{
    [Fact]
    public void Build_SeveralTransports_AreApart()
    {
        var table = Given.Table(Given.List(Given.Room("a", 1, addresses: ["a:8124", "a:8125/tls", "a:8126/ws"]), Given.Room("b", 2, addresses: ["b:8126/ws"])));

        Assert.Equal(["a"], Names(table, "tcp"));
        Assert.Equal(["a"], Names(table, "tls"));
        Assert.Equal(["a", "b"], Names(table, "ws"));
        Assert.Empty(Names(table, "wss"));
    }

    [Theory]
    [InlineData("a:0")]
    [InlineData("a:65536")]
    [InlineData(":8124")]
    [InlineData("a:8124/carrier-pigeon")]
    public void Build_UnusableAddress_IsLeftOut(string address)
    {
        var table = Given.Table(Given.List(Given.Room("a", 1, addresses: [address])));

        Assert.Empty(Names(table, "tcp"));
    }

    [Fact]
    public void Build_SameAddressTwice_IsNamedOnce()
    {
        var table = Given.Table(Given.List(Given.Room("a", 1, addresses: ["h:8124"]), Given.Room("a", 2, addresses: ["h:8124"])));

        Assert.Equal(["h:8124"], new Chooser().Choose(table, "alice"));
    }

    [Fact]
    public void Build_TwoRoomsOfOneName_ShareTheUsers()
    {
        var table = Given.Table(Given.List(Given.Room("a", 1, addresses: ["one.x:8124"]), Given.Room("a", 2, addresses: ["two.x:8124"])));

        var shares = AddressSelectorTests.Users(2_000).CountBy(user => new Chooser().First(table, user)).ToDictionary();

        Assert.All(shares.Values, static share => Assert.InRange(share, 800, 1_200));
        Assert.Equal(2, shares.Count);
    }

    [Fact]
    public void Build_KeptRoom_IsNamedBehindTheOthersUntilTheGraceTimeIsOver()
    {
        var time = new ManualTime();
        var chooser = new Chooser(time: time);
        var table = Given.Table([Given.List(Given.Rooms(4)), Given.List(Given.Rooms(1))], time);

        Assert.All(AddressSelectorTests.Users(50), user => Assert.Equal("room-1", chooser.First(table, user)));
        Assert.Equal(6, chooser.Choose(table, "alice").Length);

        time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(2, chooser.Choose(table, "alice").Length);
    }

    [Fact]
    public void Json_Address_IsSnakeCaseAndEscaped()
    {
        var json = Encoding.UTF8.GetString(new RoomAddress("h\"ö", 8124, "tcp").Json);

        Assert.Equal("""{"host":"h\u0022\u00F6","port":8124,"transport":"tcp"}""", json);
    }

    private static IEnumerable<string> Names(RoomTable table, string transport)
    {
        Assert.True(Transports.TryFind(transport, out var index));
        return table.Of(index).ToArray().Select(static room => room.Name);
    }
}
