using Microservices.Cli.Load.Results;

namespace Microservices.Cli.Tests.Load.Results;

public sealed class LoadSeriesTests
{
    [Theory]
    [InlineData(600, 600)]
    [InlineData(601, 301)]
    [InlineData(1_200, 600)]
    [InlineData(10_000, 313)]
    public void Add_ManySeconds_KeepsAFewAndLosesNothing(int seconds, int samples)
    {
        var series = Of(seconds);

        Assert.Equal(samples, series.Samples.Count);
        Assert.Equal((seconds, seconds), (series.Samples.Sum(static sample => sample.Seconds), series.Samples[^1].At));
        Assert.Equal(5L * seconds, series.Samples.Sum(static sample => sample.Deliveries));
        Assert.All(series.Samples, static sample => Assert.Equal(5, sample.PerSecond(static one => one.Deliveries)));
    }

    [Fact]
    public void Join_Latencies_KeepsTheWorse()
    {
        var joined = new LatencyPoint(1, 100, 500).Add(new LatencyPoint(3, 200, 300)).Add(default);

        Assert.Equal(new LatencyPoint(4, 175, 500), joined);
    }

    private static LoadSeries Of(int seconds)
    {
        var series = new LoadSeries();
        var delta = new LoadCounts { [LoadCount.Deliveries] = 5 };
        for (var second = 1; second <= seconds; second++)
        {
            series.Add(LoadSample.Of(second, 1, delta, delta));
        }

        return series;
    }
}
