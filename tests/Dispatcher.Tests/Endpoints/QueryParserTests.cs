using Microservices.Dispatcher.Endpoints;
using Microservices.Dispatcher.Rooms;

namespace Microservices.Dispatcher.Tests.Endpoints;

public sealed class QueryParserTests
{
    [Fact]
    public void Parse_NothingGiven_TakesTheDefaults()
    {
        Assert.Null(QueryParser.Parse(null, out var query));

        Assert.Equal("default", query.App);
        Assert.Null(query.User);
        Assert.True(query.Network.IsEmpty);
        Assert.Equal("tcp", Transports.NameOf(query.Transport));
        Assert.Empty(query.Failed);
    }

    [Fact]
    public void Parse_EverythingGiven_ReadsIt()
    {
        Assert.Null(QueryParser.Parse("?app=shop&user=zo%C3%AB+b&network=wifi&failed=a:1,%5B::1%5D:65535,,&transport=wss&later=1", out var query));

        Assert.Equal("shop", query.App);
        Assert.Equal("zoë b", query.User);
        Assert.Equal("wifi", query.Network.ToString());
        Assert.Equal("wss", Transports.NameOf(query.Transport));
        Assert.Equal(["a 1", "::1 65535"], query.Failed.Select(static one => $"{one.Host} {one.Port}"));
    }

    [Theory]
    [InlineData("?app=Shop", "app", "a-z, 0-9 and -")]
    [InlineData("?app=aaaaaaaaaabbbbbbbbbbccccccccccddd", "app", "33 characters; it takes 1 to 32")]
    [InlineData("?user=a%00b", "user", "control character")]
    [InlineData("?user=a&user=b", "user", "more than once")]
    [InlineData("?network=aaaaaaaaaabbbbbbbbbbccccccccccddd", "network", "33 characters; the limit is 32")]
    [InlineData("?transport=udp", "transport", "tcp, tls, ws or wss")]
    [InlineData("?failed=a", "failed", "host:port")]
    [InlineData("?failed=a:", "failed", "host:port")]
    [InlineData("?failed=:1", "failed", "host:port")]
    [InlineData("?failed=a:0", "failed", "1 to 65535")]
    [InlineData("?failed=a:65536", "failed", "1 to 65535")]
    [InlineData("?failed=a:+1", "failed", "1 to 65535")]
    [InlineData("?failed=a:-1", "failed", "1 to 65535")]
    [InlineData("?failed=a%20b:1", "failed", "host:port")]
    [InlineData("?failed=::1:8124", "failed", "host:port")]
    [InlineData("?failed=[]:1", "failed", "host:port")]
    public void Parse_Fault_NamesFieldAndWhatItTakes(string queryString, string field, string expected)
    {
        var fault = QueryParser.Parse(queryString, out _);

        Assert.NotNull(fault);
        Assert.Equal(field, fault.Field);
        Assert.Contains(expected, fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_UserOver128Bytes_SaysHowManyAndCutsTheValue()
    {
        var fault = QueryParser.Parse("?user=" + new string('x', 129), out _);

        Assert.NotNull(fault);
        Assert.Equal("user has 129 bytes; it takes 1 to 128", fault.Detail);
        Assert.Equal(65, fault.Value.Length);
    }

    [Fact]
    public void Parse_32FailedAddresses_AreTaken()
    {
        Assert.Null(QueryParser.Parse("?failed=" + string.Join(',', Enumerable.Repeat("h:1", 32)), out var query));

        Assert.Equal(32, query.Failed.Length);
    }

    [Fact]
    public void Parse_33FailedAddresses_SaysTheLimit()
    {
        var fault = QueryParser.Parse("?failed=" + string.Join(',', Enumerable.Repeat("h:1", 33)), out _);

        Assert.Equal("failed has 33 entries; the limit is 32", fault?.Detail);
    }

    [Fact]
    public void Parse_HostOver253Characters_IsAFault() =>
        Assert.Equal("failed", QueryParser.Parse($"?failed={new string('h', 254)}:1", out _)?.Field);

    [Fact]
    public void Parse_RandomText_NeverThrows()
    {
        var random = new Random(7);
        const string Pieces = "?&=%,:[]+aA0\0ü😀.-_;";
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(40)).Select(_ => Pieces[random.Next(Pieces.Length)]));
            QueryParser.Parse("?failed=" + text, out _);
            QueryParser.Parse("?user=" + text, out _);
            QueryParser.Parse(text, out _);
        }
    }
}
