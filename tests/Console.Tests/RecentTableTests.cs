using Microservices.Center.Console;
using Microservices.Testing;

namespace Microservices.Console.Tests;

public sealed class RecentTableTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void GetOrAdd_Twice_IsWhatWasMadeFirst()
    {
        var table = new RecentTable<int>(10, TimeSpan.FromHours(1), _time);

        Assert.Equal((1, true), (table.GetOrAdd("a", static () => 1, out var first), first));
        Assert.Equal((1, false), (table.GetOrAdd("a", static () => 2, out var second), second));
    }

    [Fact]
    public void GetOrAdd_AboveTheLimit_ForgetsTheOldest()
    {
        var table = new RecentTable<int>(3, TimeSpan.FromHours(1), _time);

        foreach (var key in new[] { "a", "b", "c", "d" })
        {
            table.GetOrAdd(key, static () => 1, out _);
        }

        Assert.Equal([false, true, true, true], new[] { "a", "b", "c", "d" }.Select(table.Contains));
    }

    [Fact]
    public void Contains_AfterTheAge_IsFalse()
    {
        var table = new RecentTable<int>(3, TimeSpan.FromHours(1), _time);
        table.GetOrAdd("a", static () => 1, out _);

        _time.Advance(TimeSpan.FromHours(1));

        Assert.False(table.Contains("a"));
    }

    [Fact]
    public void Remove_AndAddedAgain_LivesFromThenOn()
    {
        var table = new RecentTable<int>(3, TimeSpan.FromHours(1), _time);
        table.GetOrAdd("a", static () => 1, out _);
        table.Remove("a");
        _time.Advance(TimeSpan.FromMinutes(30));
        table.GetOrAdd("a", static () => 2, out var isNew);

        _time.Advance(TimeSpan.FromMinutes(30));

        Assert.True(isNew);
        Assert.True(table.Contains("a"));
    }
}
