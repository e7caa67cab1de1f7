using System.Globalization;

namespace Microservices.Cli.Load.Results.Html;

/// <summary>Maps values to places on a line, and says where its labels stand.</summary>
/// <param name="From">The place of the lowest value.</param>
/// <param name="To">The place of the highest.</param>
internal sealed record Axis(double From, double To, double Lowest, double Highest, bool IsLogarithmic, IReadOnlyList<(double Value, string Label)> Ticks)
{
    private static readonly double[] Steps = [1, 2, 2.5, 5, 10];

    public double Of(double value)
    {
        var part = IsLogarithmic
            ? (Math.Log(Math.Max(value, Lowest)) - Math.Log(Lowest)) / (Math.Log(Highest) - Math.Log(Lowest))
            : (value - Lowest) / (Highest - Lowest);
        return From + (Math.Clamp(part, 0, 1) * (To - From));
    }

    /// <summary>From 0 to a round number at or above the highest value, in at most about <paramref name="count"/> steps.</summary>
    public static Axis Linear(double from, double to, double highest, int count, bool endsAtHighest = false)
    {
        highest = highest > 0 ? highest : 1;
        var rough = highest / count;
        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = magnitude * Steps.First(one => one * magnitude >= rough * 0.999);
        var last = endsAtHighest ? Math.Floor((highest / step) + 1e-9) : Math.Ceiling((highest / step) - 1e-9);
        var ticks = Enumerable.Range(0, (int)last + 1).Select(i => (i * step, Label(i * step, last * step))).ToArray();
        return new Axis(from, to, 0, endsAtHighest ? highest : last * step, IsLogarithmic: false, ticks);
    }

    /// <summary>Whole decades around the values.</summary>
    public static Axis Logarithmic(double from, double to, double lowest, double highest)
    {
        var first = (int)Math.Floor(Math.Log10(lowest) + 1e-9);
        var last = Math.Max(first + 1, (int)Math.Ceiling(Math.Log10(highest) - 1e-9));
        var ticks = Enumerable.Range(first, last - first + 1).Select(static power => (Math.Pow(10, power), Label(Math.Pow(10, power), Math.Pow(10, power)))).ToArray();
        return new Axis(from, to, Math.Pow(10, first), Math.Pow(10, last), IsLogarithmic: true, ticks);
    }

    // As it fits beside an axis, all in the unit of the highest: 0.25, 800, 7.5k, 1.5M.
    private static string Label(double value, double highest) => highest switch
    {
        _ when value == 0 => "0",
        >= 1e9 => Number(value / 1e9) + "G",
        >= 1e6 => Number(value / 1e6) + "M",
        >= 1e4 => Number(value / 1e3) + "k",
        _ => Number(value),
    };

    private static string Number(double value) => value.ToString(value < 1 ? "0.######" : "#,0.##", CultureInfo.InvariantCulture);
}
