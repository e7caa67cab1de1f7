using System.Diagnostics.Metrics;
using System.Text;

namespace Microservices.Hosting.Metrics;

/// <summary>Names as Prometheus wants them: letters, digits and underscores, unit and "total" at the end.</summary>
internal static class PrometheusName
{
    public static string Of(Instrument instrument, InstrumentKind kind)
    {
        var name = Clean(instrument.Name);
        if (Unit(instrument.Unit) is { } unit && !name.EndsWith(unit, StringComparison.Ordinal))
        {
            name = $"{name}_{unit}";
        }

        return kind is InstrumentKind.Counter or InstrumentKind.ObservedTotal && !name.EndsWith("_total", StringComparison.Ordinal)
            ? $"{name}_total"
            : name;
    }

    public static string Clean(string name)
    {
        var clean = new StringBuilder(name.Length + 1);
        foreach (var letter in name)
        {
            clean.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        }

        if (clean.Length == 0 || char.IsAsciiDigit(clean[0]))
        {
            clean.Insert(0, '_');
        }

        return clean.ToString();
    }

    // A unit in braces, such as {connection}, is a remark, not a unit.
    private static string? Unit(string? unit) => unit switch
    {
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "By" => "bytes",
        "By/s" => "bytes_per_second",
        "%" => "percent",
        _ => null,
    };
}
