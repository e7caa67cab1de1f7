using System.Globalization;
using System.Text;

namespace Microservices.Hosting.Metrics;

/// <summary>The text format 0.0.4 of Prometheus.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Render(IEnumerable<InstrumentSeries> instruments)
    {
        var text = new StringBuilder(16 * 1024);
        var families = instruments
            .GroupBy(static instrument => PrometheusName.Of(instrument.Instrument, instrument.Kind))
            .OrderBy(static family => family.Key, StringComparer.Ordinal);
        foreach (var family in families)
        {
            AppendFamily(text, family.Key, [.. family]);
        }

        return text.ToString();
    }

    private static void AppendFamily(StringBuilder text, string name, InstrumentSeries[] instruments)
    {
        var first = instruments[0];
        var type = TypeOf(first.Kind);
        text.Append("# HELP ").Append(name).Append(' ')
            .Append(EscapeHelp(first.Instrument.Description ?? first.Instrument.Name)).Append('\n')
            .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

        // Two instruments may share a name. A name has one type, and a series is given once.
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var instrument in instruments.Where(instrument => TypeOf(instrument.Kind) == type))
        {
            foreach (var series in instrument.Current())
            {
                var labels = PrometheusLabels.Of(instrument.Instrument, series.Tags);
                if (given.Add(labels))
                {
                    AppendSeries(text, name, labels, series);
                }
            }
        }
    }

    private static void AppendSeries(StringBuilder text, string name, string labels, Series series)
    {
        if (series.Bounds.IsEmpty)
        {
            AppendSample(text, name, labels, series.Value);
            return;
        }

        var buckets = series.Buckets();
        var sum = series.Value;
        long count = 0;
        for (var i = 0; i < buckets.Length; i++)
        {
            count += buckets[i];
            var bound = i < series.Bounds.Length ? Number(series.Bounds[i]) : "+Inf";
            var separator = labels.Length == 0 ? "" : ",";
            AppendSample(text, $"{name}_bucket", $"{labels}{separator}le=\"{bound}\"", count);
        }

        AppendSample(text, $"{name}_sum", labels, sum);
        AppendSample(text, $"{name}_count", labels, count);
    }

    private static void AppendSample(StringBuilder text, string name, string labels, double value)
    {
        text.Append(name);
        if (labels.Length > 0)
        {
            text.Append('{').Append(labels).Append('}');
        }

        text.Append(' ').Append(Number(value)).Append('\n');
    }

    private static string TypeOf(InstrumentKind kind) => kind switch
    {
        InstrumentKind.Counter or InstrumentKind.ObservedTotal => "counter",
        InstrumentKind.Histogram => "histogram",
        _ => "gauge",
    };

    private static string EscapeHelp(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);
}
