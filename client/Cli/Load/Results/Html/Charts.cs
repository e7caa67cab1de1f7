using System.Globalization;
using Microservices.Cli.Output;

namespace Microservices.Cli.Load.Results.Html;

/// <summary>The charts of a run. What did not happen has none.</summary>
internal static class Charts
{
    private const int StepsUp = 4;
    private const int StepsAcross = 6;
    private const double LongRunSeconds = 600;

    /// <summary>Parts whose ends a percentile chart names: each is a tenth of the rest.</summary>
    private static readonly (double Part, string Label)[] Percentiles = [(0, "0"), (0.9, "90"), (0.99, "99"), (0.999, "99.9"), (0.9999, "99.99")];

    public static IEnumerable<Chart> OverTime(LoadResult result)
    {
        var samples = result.Series.Samples;
        if (samples.Count == 0)
        {
            yield break;
        }

        yield return Single(result, "Open connections", "open", static sample => sample.At, static sample => sample.Open);
        foreach (var (title, name, what) in new (string, string, Func<LoadSample, long>)[]
        {
            ("Logins per second", "logins", static sample => sample.Logins),
            ("Published per second", "published", static sample => sample.Published),
            ("Deliveries per second", "deliveries", static sample => sample.Deliveries),
            ("Heartbeats per second", "heartbeats", static sample => sample.Heartbeats),
            ("Bytes received per second", "bytes", static sample => sample.BytesIn),
        })
        {
            if (samples.Any(sample => what(sample) > 0))
            {
                yield return Single(result, title, name, Middle, sample => sample.PerSecond(what));
            }
        }

        foreach (var what in Enum.GetValues<LoadLatency>())
        {
            if (samples.Any(sample => sample.Latencies[(int)what].Count > 0))
            {
                yield return Latency(result, what);
            }
        }
    }

    /// <summary>How latencies are distributed: which part of all took at most how long. Null: none was measured.</summary>
    public static Chart? Distribution(LoadResult result)
    {
        var measured = Enum.GetValues<LoadLatency>().Where(what => result.Counts[what].Count > 0).ToArray();
        if (measured.Length == 0)
        {
            return null;
        }

        var lowest = measured.Min(what => Milliseconds(result.Counts[what].Min));
        var highest = measured.Max(what => Milliseconds(result.Counts[what].Max));
        var across = new Axis(Chart.Left, Chart.Right, 1, 10_000, IsLogarithmic: true, [.. Percentiles.Select(static one => (Rarity(one.Part), one.Label))]);
        var chart = new Chart("Latency by percentile, ms", "percentile", across, Axis.Logarithmic(Chart.Bottom, Chart.Top, lowest, highest));
        foreach (var what in measured)
        {
            var latency = result.Counts[what];
            var points = Parts(latency.Count).Select(part => (Rarity(part), (double?)Milliseconds(latency.Percentile(part))));
            chart.Line(1 + (int)what, LoadRows.NameOf(what), $"p50 {LoadRows.Milliseconds(latency.Percentile(0.5))}, max {LoadRows.Milliseconds(latency.Max)}", points);
        }

        return chart;
    }

    private static Chart Single(LoadResult result, string title, string name, Func<LoadSample, double> when, Func<LoadSample, double> value)
    {
        var samples = result.Series.Samples;
        var chart = OverTime(result, title, samples.Max(value));
        var length = samples.Sum(static sample => sample.Seconds);
        var mean = length > 0 ? samples.Sum(sample => value(sample) * sample.Seconds) / length : 0;
        var note = $"at most {Units.Count((long)Math.Round(samples.Max(value)))}, {Units.Count((long)Math.Round(mean))} on average";
        chart.Line(1, name, note, samples.Select(sample => (when(sample), (double?)value(sample))));
        return chart;
    }

    private static Chart Latency(LoadResult result, LoadLatency what)
    {
        var samples = result.Series.Samples;
        var seen = samples.Where(sample => sample.Latencies[(int)what].Count > 0).Select(sample => sample.Latencies[(int)what]).ToArray();
        var chart = OverTime(result, $"{Capital(LoadRows.NameOf(what))}, ms", Milliseconds(seen.Max(static point => point.P99)));
        chart.Line(1, "p50", $"at most {LoadRows.Milliseconds(seen.Max(static point => point.P50))}", Points(static point => point.P50));
        chart.Line(2, "p99", $"at most {LoadRows.Milliseconds(seen.Max(static point => point.P99))}", Points(static point => point.P99));
        return chart;

        IEnumerable<(double X, double? Y)> Points(Func<LatencyPoint, double> value) => samples.Select(
            sample => (Middle(sample), sample.Latencies[(int)what] is { Count: > 0 } point ? Milliseconds(value(point)) : (double?)null));
    }

    private static Chart OverTime(LoadResult result, string title, double highest)
    {
        var end = result.Series.Samples[^1].At;
        var isLong = end > LongRunSeconds;
        var axis = Axis.Linear(Chart.Left, Chart.Right, isLong ? end / 60 : end, StepsAcross, endsAtHighest: true);
        if (isLong)
        {
            axis = axis with { Highest = end, Ticks = [.. axis.Ticks.Select(static tick => (tick.Value * 60, tick.Label))] };
        }

        var chart = new Chart(title, isLong ? "minutes" : "seconds", axis, Axis.Linear(Chart.Bottom, Chart.Top, highest, StepsUp));
        foreach (var mark in Marks(result).Where(mark => mark > 0 && mark < end))
        {
            chart.Mark(mark);
        }

        return chart;
    }

    /// <summary>When all were open, and when measuring began: seconds.</summary>
    public static IEnumerable<double> Marks(LoadResult result)
    {
        if (result.Held > TimeSpan.Zero)
        {
            yield return result.Opening.TotalSeconds;
            if (result.Measured > TimeSpan.Zero && result.Held - result.Measured is { TotalSeconds: > 0.5 } warmUp)
            {
                yield return (result.Opening + warmUp).TotalSeconds;
            }
        }
    }

    // As far as the count goes: with 500 values there is no 99.99 %.
    private static IEnumerable<double> Parts(long count)
    {
        const int PointsPerDecade = 20;
        for (var i = 0; i <= 4 * PointsPerDecade; i++)
        {
            var part = 1 - Math.Pow(10, -(double)i / PointsPerDecade);
            yield return part;
            if ((1 - part) * count < 1)
            {
                yield break;
            }
        }
    }

    private static double Rarity(double part) => 1 / (1 - part);

    private static double Middle(LoadSample sample) => sample.At - (sample.Seconds / 2);

    private static double Milliseconds(double nanoseconds) => Math.Max(nanoseconds, 1_000) / 1_000_000;

    private static string Capital(string name) => char.ToUpper(name[0], CultureInfo.InvariantCulture) + name[1..];
}
