using System.Globalization;
using Microservices.Benchmarks.Sessions;

namespace Microservices.Benchmarks.Collector;

/// <summary>The collector's pauses between two readings of a process's metrics: how many, and the bound of the histogram that they stay under.</summary>
internal sealed record Pauses(double Count, double SumMs, double P99Ms, double LongestMs)
{
    private const string Name = "dotnet_gc_pause_duration_seconds";

    public static Pauses Between(MetricsReading before, MetricsReading after)
    {
        // Buckets are cumulative: those that have not grown hold shorter bounds only.
        var buckets = after.Since(before, Name + "_bucket")
            .Select(static one => (Bound: Bound(MetricsReading.Label(one.Series, "le")), one.Growth))
            .OrderBy(static one => one.Bound).ToArray();
        var count = after.Growth(before, Name + "_count");
        return new Pauses(count, after.Growth(before, Name + "_sum") * 1_000, Under(0.99), Under(1));

        double Under(double part) => buckets.Where(one => one.Growth >= part * count).Select(static one => one.Bound * 1_000).FirstOrDefault();
    }

    private static double Bound(string text) => text == "+Inf" ? double.PositiveInfinity : double.Parse(text, CultureInfo.InvariantCulture);
}
