using Microservices.Cli.Load.Engine;

namespace Microservices.Cli.Tests.Load.Engine;

public sealed class LoadPaceTests
{
    private const long Millisecond = 1_000_000;
    private const long Second = 1_000 * Millisecond;

    [Fact]
    public void Due_EachMillisecond_IsEven()
    {
        var pace = new LoadPace(10_000, 0);
        Take(pace, 0);

        var steps = Enumerable.Range(1, 1_000).Select(ms => Take(pace, ms * Millisecond)).ToArray();

        Assert.All(steps, static step => Assert.InRange(step, 9, 11));
        Assert.InRange(steps.Sum(), 9_999, 10_001);
    }

    [Fact]
    public void Due_AfterAStall_IsMadeUpForInSmallParts()
    {
        var pace = new LoadPace(10_000, 0);
        var parts = new List<int>();

        do
        {
            parts.Add(Take(pace, Second / 2));
        }
        while (pace.UntilNext() == 0);

        Assert.All(parts, static part => Assert.InRange(part, 0, 20));
        Assert.InRange(parts.Sum(), 5_000, 5_001);
    }

    [Fact]
    public void Due_AfterAVeryLongStall_IsASecondsWorth()
    {
        var pace = new LoadPace(100, 0);
        var sum = 0;

        do
        {
            sum += Take(pace, 60 * Second);
        }
        while (pace.UntilNext() == 0);

        Assert.Equal(100, sum);
    }

    [Fact]
    public void UntilNext_SlowerThanOne_IsTheRest()
    {
        var pace = new LoadPace(0.5, 0);
        Assert.Equal(1, Take(pace, 0));

        Assert.Equal(0, Take(pace, Second));

        Assert.InRange(pace.UntilNext(), Second - Millisecond, Second + Millisecond);
    }

    [Fact]
    public void Due_OfNothing_IsNothing()
    {
        var pace = new LoadPace(0, 0);

        Assert.Equal(0, Take(pace, Second));
        Assert.Equal(long.MaxValue, pace.UntilNext());
    }

    private static int Take(LoadPace pace, long now)
    {
        var due = pace.Due(now);
        pace.Take(due);
        return due;
    }
}
