using System.Text.Json;
using Microservices.Cli.Load.Results;

namespace Microservices.Cli.Tests.Load.Results;

public sealed class LoadCountsTests
{
    [Fact]
    public void Add_Another_AddsEverything()
    {
        var (one, two) = (Filled(1), Filled(10));

        one.Add(two);

        Assert.All(Enum.GetValues<LoadCount>(), what => Assert.Equal(11 * (1 + (int)what), one[what]));
        Assert.All(Enum.GetValues<LoadReasons>(), what => Assert.Equal(22, one[what]["shared"]));
        Assert.All(Enum.GetValues<LoadReasons>(), what => Assert.Equal((1, 10), (one[what]["only 1"], one[what]["only 10"])));
        Assert.All(Enum.GetValues<LoadLatency>(), what => Assert.Equal(2, one[what].Count));
    }

    [Fact]
    public void Since_ThenAdd_IsTheSameAgain()
    {
        var earlier = Filled(1);
        var later = Copy(earlier);
        later.Add(Filled(5));
        later[LoadCount.Open] = -3;

        var sum = Copy(earlier);
        sum.Add(later.Since(earlier));

        Assert.Equal(JsonSerializer.Serialize(later), JsonSerializer.Serialize(sum));
    }

    [Fact]
    public void Json_ThereAndBack_IsTheSame()
    {
        var counts = Filled(3);

        var json = JsonSerializer.Serialize(counts);

        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize<LoadCounts>(json)));
        Assert.Contains("\"heartbeats_held_back\":", json, StringComparison.Ordinal);
        Assert.Equal("""{"counts":{},"reasons":{},"latencies":{}}""", JsonSerializer.Serialize(new LoadCounts()));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"counts":{"unheard":1},"reasons":{},"latencies":{}}""")]
    [InlineData("""{"counts":{"open":"x"},"reasons":{},"latencies":{}}""")]
    [InlineData("""{"counts":{},"reasons":{},"latencies":{"login":null}}""")]
    [InlineData("""{"counts":{},"reasons":{"failed":null},"latencies":{}}""")]
    [InlineData("""{"counts":null,"reasons":{},"latencies":{}}""")]
    public void Json_ThatDoesNotFit_IsRefused(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<LoadCounts>(json));

    [Fact]
    public void Add_EverNewReasons_IsBounded()
    {
        var counts = new LoadCounts();
        for (var i = 0; i < 1_000; i++)
        {
            counts.Add(LoadReasons.Failed, $"reason {i}");
        }

        Assert.Equal(101, counts[LoadReasons.Failed].Count);
        Assert.Equal((900, 1_000), (counts[LoadReasons.Failed]["other"], counts.Total(LoadReasons.Failed)));
    }

    private static LoadCounts Filled(int times)
    {
        var counts = new LoadCounts();
        foreach (var what in Enum.GetValues<LoadCount>())
        {
            counts[what] = times * (1 + (int)what);
        }

        foreach (var what in Enum.GetValues<LoadReasons>())
        {
            counts.Add(what, "shared", 2 * times);
            counts.Add(what, $"only {times}", times);
        }

        foreach (var what in Enum.GetValues<LoadLatency>())
        {
            counts[what].Record(times * 1_000_000 * (1 + (long)what));
        }

        return counts;
    }

    private static LoadCounts Copy(LoadCounts counts) => counts.Since(new LoadCounts());
}
