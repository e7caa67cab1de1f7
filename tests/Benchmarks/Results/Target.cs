using System.Globalization;

namespace Microservices.Benchmarks.Results;

/// <summary>What a figure of a server is held to: a number, or a multiple of what another server has in the same round.</summary>
/// <param name="Figure">The figure.</param>
/// <param name="Server">Whose.</param>
/// <param name="AtMost">The number, or how many times the other's.</param>
/// <param name="Against">The other; null: it is a number.</param>
internal sealed record Target(string Figure, string Server, double AtMost, string? Against = null)
{
    /// <summary>What it asks for.</summary>
    public string Text(string heading)
    {
        var limit = AtMost.ToString("#,0.##", CultureInfo.InvariantCulture);
        return $"{Server}, {heading}: ≤ {limit}{(Against is null ? "" : $" × {Against}")}";
    }

    /// <summary>What was found; null where one of the two was not measured.</summary>
    public Spread? Measure(IEnumerable<Measurement> measurements)
    {
        Measurement[] all = [.. measurements.Where(one => one.Figure == Figure)];
        var own = all.Where(one => one.Server == Server);
        double[] values = Against is null
            ? [.. own.Select(static one => one.Value)]
            : [.. own.SelectMany(one => all.Where(other => other.Server == Against && other.Round == one.Round).Select(other => one.Value / other.Value))];
        return values.Length == 0 ? null : Spread.Of(values);
    }
}
