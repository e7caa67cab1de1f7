using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Microservices.Hosting.Metrics;

/// <summary>Tags as labels: names cleaned, values escaped, sorted, each name once.</summary>
internal static class PrometheusLabels
{
    public static string Of(Instrument instrument, TagSet tags)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add(labels, tags.Tags);
        Add(labels, [.. instrument.Tags ?? []]);
        Add(labels, [.. instrument.Meter.Tags ?? []]);

        var text = new StringBuilder();
        foreach (var (name, value) in labels)
        {
            text.Append(text.Length == 0 ? "" : ",").Append(name).Append("=\"");
            AppendEscaped(text, value);
            text.Append('"');
        }

        return text.ToString();
    }

    private static void Add(SortedDictionary<string, string> labels, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var (name, value) in tags)
        {
            labels.TryAdd(PrometheusName.Clean(name), Text(value));
        }
    }

    private static string Text(object? value) => value switch
    {
        bool truth => truth ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static void AppendEscaped(StringBuilder text, string value)
    {
        foreach (var letter in value)
        {
            _ = letter switch
            {
                '\\' => text.Append("\\\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append("\\n"),
                _ => text.Append(letter),
            };
        }
    }
}
