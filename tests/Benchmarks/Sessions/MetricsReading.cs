using System.Globalization;

namespace Microservices.Benchmarks.Sessions;

/// <summary>What a process says at <c>/metrics</c>: the value of each series by its name with labels.</summary>
internal sealed class MetricsReading(string text)
{
    private readonly Dictionary<string, double> _series = text.Split('\n')
        .Where(static line => line.Length > 0 && line[0] != '#')
        .Select(static line => (Name: line[..line.LastIndexOf(' ')], Value: line[(line.LastIndexOf(' ') + 1)..]))
        .ToDictionary(static one => one.Name, static one => double.Parse(one.Value, CultureInfo.InvariantCulture));

    /// <summary>How much each series of a name has grown, where it has.</summary>
    public IEnumerable<(string Series, double Growth)> Since(MetricsReading earlier, string name) =>
        _series.Where(one => one.Key == name || one.Key.StartsWith(name + "{", StringComparison.Ordinal))
            .Select(one => (one.Key, one.Value - earlier._series.GetValueOrDefault(one.Key)))
            .Where(static one => one.Item2 > 0);

    /// <summary>Whether there is a series of this name.</summary>
    public bool Has(string name) => _series.Keys.Any(key => key == name || key.StartsWith(name + "{", StringComparison.Ordinal));

    public double Growth(MetricsReading earlier, string name) => Since(earlier, name).Sum(static one => one.Growth);

    /// <summary>The value of a label in a series' name.</summary>
    public static string Label(string series, string label)
    {
        var at = series.IndexOf($"{label}=\"", StringComparison.Ordinal);
        return at < 0 ? "" : series[(at + label.Length + 2)..series.IndexOf('"', at + label.Length + 2)];
    }
}
