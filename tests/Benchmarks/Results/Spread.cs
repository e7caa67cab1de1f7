using System.Globalization;

namespace Microservices.Benchmarks.Results;

/// <summary>The median of some values, and between which they lie.</summary>
internal readonly record struct Spread(double Median, double Least, double Most, int Count)
{
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        if (sorted.Length == 0)
        {
            throw new InvalidOperationException("No values, no median.");
        }

        var middle = sorted.Length / 2;
        var median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1], sorted.Length);
    }

    /// <summary>The median; in brackets the range, where there is one.</summary>
    public override string ToString() => Count == 1 || Text(Least) == Text(Most) ? Text(Median) : $"{Text(Median)} ({Text(Least)} to {Text(Most)})";

    // Three digits say enough.
    private static string Text(double value) => value.ToString(Math.Abs(value) >= 100 ? "N0" : Math.Abs(value) >= 10 ? "F1" : "F2", CultureInfo.InvariantCulture);
}
