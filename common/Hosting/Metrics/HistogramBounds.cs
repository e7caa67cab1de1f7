using System.Diagnostics.Metrics;

namespace Microservices.Hosting.Metrics;

/// <summary>Upper bounds of buckets: what the instrument advises, otherwise by its unit.</summary>
internal static class HistogramBounds
{
    private static readonly double[] Seconds =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private static readonly double[] Bytes = [64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];

    private static readonly double[] Counts = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

    public static double[]? For(Instrument instrument) => instrument switch
    {
        Histogram<double> histogram => Choose(histogram.Advice?.HistogramBucketBoundaries, histogram.Unit),
        Histogram<long> histogram => Choose(histogram.Advice?.HistogramBucketBoundaries?.Select(static bound => (double)bound), histogram.Unit),
        Histogram<int> histogram => Choose(histogram.Advice?.HistogramBucketBoundaries?.Select(static bound => (double)bound), histogram.Unit),
        _ => InstrumentKinds.Of(instrument) == InstrumentKind.Histogram ? Choose(null, instrument.Unit) : null,
    };

    private static double[] Choose(IEnumerable<double>? advised, string? unit) => advised is not null
        ? [.. advised.Where(double.IsFinite).Distinct().Order()]
        : unit switch
        {
            "s" => Seconds,
            "By" => Bytes,
            _ => Counts,
        };
}
