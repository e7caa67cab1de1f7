using System.Text.Json;
using Microservices.Cli.Load.Results;

namespace Microservices.Cli.Tests.Load.Results;

public sealed class LatencyHistogramTests
{
    private const long Hour = 3_600_000_000_000;
    private static readonly double[] Parts = [0, 0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999];

    public static TheoryData<string, long[]> Recorded()
    {
        var random = new Random(7);
        var adversarial = Enumerable.Range(0, 42).SelectMany(static bit => new[] { (1L << bit) - 1, 1L << bit, (1L << bit) + 1 }).ToArray();
        return new TheoryData<string, long[]>
        {
            { "one", [123_456_789] },
            { "all the same", [.. Enumerable.Repeat(1_000_003L, 1_000)] },
            { "even", [.. Enumerable.Range(0, 20_000).Select(_ => random.NextInt64(50_000_000))] },
            { "over all magnitudes", [.. Enumerable.Range(0, 20_000).Select(_ => (long)Math.Exp(random.NextDouble() * Math.Log(Hour)))] },
            { "two heaps far apart", [.. Enumerable.Range(0, 10_000).Select(i => i % 100 == 0 ? Hour - random.Next(1_000) : 200 + random.Next(50))] },
            { "edges of buckets", adversarial },
            { "small numbers", [.. Enumerable.Range(0, 600).Select(static i => (long)i)] },
        };
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Percentile_AnyData_IsWithinOnePercentOfTheExactOne(string data, long[] values)
    {
        var histogram = Of(values);
        var sorted = values.Order().ToArray();

        foreach (var part in Parts)
        {
            var exact = sorted[Math.Clamp((int)Math.Ceiling(part * sorted.Length), 1, sorted.Length) - 1];
            Assert.True(Math.Abs(histogram.Percentile(part) - exact) <= exact * 0.01, $"{data}, {part}: {histogram.Percentile(part)} is told, {exact} is exact");
        }

        Assert.Equal((sorted.Length, sorted[0], sorted[^1]), (histogram.Count, histogram.Min, histogram.Max));
        Assert.Equal(sorted[^1], histogram.Percentile(1));
        Assert.Equal(values.Average(), histogram.Mean, histogram.Mean * 1e-9);
    }

    [Fact]
    public void Percentile_Nothing_IsZero()
    {
        var histogram = new LatencyHistogram();

        Assert.Equal((0, 0, 0, 0), (histogram.Percentile(0.5), histogram.Percentile(1), histogram.Max, histogram.Min));
        Assert.Equal(0, histogram.Mean);
    }

    [Fact]
    public void Record_BeyondTheRange_KeepsTheMaximumAndIsTheLongestBucket()
    {
        var histogram = Of([-5, long.MaxValue, long.MaxValue - 1]);

        Assert.Equal((3, 0, long.MaxValue), (histogram.Count, histogram.Min, histogram.Max));
        Assert.InRange(histogram.Percentile(0.5), Hour, 2 * Hour);
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Merge_OfTwo_IsTheRecordOfBoth(string data, long[] values)
    {
        var (left, right) = (Of(values[..(values.Length / 3)]), Of(values[(values.Length / 3)..]));

        left.Merge(right);

        AssertSame(data, Of(values), left);
    }

    [Fact]
    public void Merge_WithAnEmptyOne_ChangesNothing()
    {
        var (full, empty) = (Of([5, 500_000]), new LatencyHistogram());

        full.Merge(new LatencyHistogram());
        empty.Merge(full);

        AssertSame("into the full one", Of([5, 500_000]), full);
        AssertSame("into the empty one", full, empty);
    }

    [Fact]
    public void Since_ACopy_IsWhatCameAfterIt()
    {
        var histogram = Of([10, 1_000_000, 2_000_000]);
        var earlier = histogram.Copy();
        foreach (var value in new long[] { 1_500_000, 1_000_001, 300 })
        {
            histogram.Record(value);
        }

        var later = histogram.Since(earlier);

        Assert.Equal(3, later.Count);
        Assert.Equal(1_000_000, later.Percentile(0.5), 10_000d);
        Assert.Equal(1_500_000, later.Max, 15_000d);
        Assert.Equal(300, later.Min, 3d);
        Assert.Equal(2_500_301, later.Sum, 1d);
        Assert.Equal(0, histogram.Since(histogram.Copy()).Count);
    }

    [Fact]
    public void Since_ANewMaximum_IsExact()
    {
        var histogram = Of([1_000_000]);
        var earlier = histogram.Copy();

        histogram.Record(7_654_321);

        Assert.Equal(7_654_321, histogram.Since(earlier).Max);
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Json_ThereAndBack_IsTheSame(string data, long[] values)
    {
        var histogram = Of(values);

        var read = JsonSerializer.Deserialize<LatencyHistogram>(JsonSerializer.Serialize(histogram))!;

        AssertSame(data, histogram, read);
        Assert.Equal(0, JsonSerializer.Deserialize<LatencyHistogram>(JsonSerializer.Serialize(new LatencyHistogram()))!.Count);
    }

    [Theory]
    [InlineData("""{"min":1,"max":2,"sum":3}""")]
    [InlineData("""{"min":1,"max":2,"sum":3,"buckets":[1]}""")]
    [InlineData("""{"min":1,"max":2,"sum":3,"buckets":[-1,1]}""")]
    [InlineData("""{"min":1,"max":2,"sum":3,"buckets":[4608,1]}""")]
    [InlineData("""{"min":1,"max":2,"sum":3,"buckets":[1,0]}""")]
    [InlineData("""{"min":2,"max":1,"sum":3,"buckets":[1,1]}""")]
    [InlineData("""{"min":1,"max":2,"sum":-3,"buckets":[1,1]}""")]
    [InlineData("""[1,2]""")]
    public void Json_ThatDoesNotFit_IsRefused(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<LatencyHistogram>(json));

    [Fact]
    public void Record_Allocates_Nothing()
    {
        var histogram = Of([1]);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var value = 0L; value < 100_000; value++)
        {
            histogram.Record(value * value);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static LatencyHistogram Of(IEnumerable<long> values)
    {
        var histogram = new LatencyHistogram();
        foreach (var value in values)
        {
            histogram.Record(value);
        }

        return histogram;
    }

    private static void AssertSame(string data, LatencyHistogram expected, LatencyHistogram actual)
    {
        Assert.True(expected.Filled().SequenceEqual(actual.Filled()), $"{data}: the buckets differ");
        Assert.Equal((expected.Count, expected.Min, expected.Max), (actual.Count, actual.Min, actual.Max));
        Assert.Equal(expected.Sum, actual.Sum, expected.Sum * 1e-12);
    }
}
