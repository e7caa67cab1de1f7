using System.Globalization;
using System.Text;

namespace Microservices.Benchmarks.Results;

/// <summary>How a topic's measurements are shown: a row for each server, a column for each figure, then the targets.</summary>
/// <param name="Topic">Its name, also that of the marker in the document.</param>
/// <param name="Columns">Figure and heading, in order.</param>
/// <param name="Targets">What is held against them.</param>
/// <param name="RowHeading">What the rows are.</param>
internal sealed record Table(string Topic, IReadOnlyList<(string Figure, string Heading)> Columns, IReadOnlyList<Target> Targets, string RowHeading = "server")
{
    /// <summary>The table in Markdown; empty where nothing was measured.</summary>
    /// <param name="measurements">Those of other topics are left out.</param>
    /// <param name="day">When they were taken; null: it does not say.</param>
    public string Write(IEnumerable<Measurement> measurements, DateOnly? day = null)
    {
        Measurement[] own = [.. measurements.Where(one => one.Topic == Topic)];
        var columns = Columns.Where(column => own.Any(one => one.Figure == column.Figure)).ToArray();
        if (columns.Length == 0)
        {
            return "";
        }

        var text = new StringBuilder(Conditions(own, day)).Append("\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| {RowHeading} | {string.Join(" | ", columns.Select(static column => column.Heading))} |\n");
        text.Append(CultureInfo.InvariantCulture, $"| --- |{string.Concat(columns.Select(static _ => " --- |"))}\n");
        foreach (var server in own.Select(static one => one.Server).Distinct())
        {
            var cells = columns.Select(column => Cell(own.Where(one => one.Server == server && one.Figure == column.Figure)));
            text.Append(CultureInfo.InvariantCulture, $"| {server} | {string.Join(" | ", cells)} |\n");
        }

        WriteTargets(text, own);
        return text.ToString();
    }

    private void WriteTargets(StringBuilder text, Measurement[] own)
    {
        if (Targets.Count == 0)
        {
            return;
        }

        text.Append("\n| target | measured | |\n| --- | --- | --- |\n");
        foreach (var target in Targets)
        {
            var heading = Columns.First(column => column.Figure == target.Figure).Heading;
            var measured = target.Measure(own);
            var verdict = measured is { } found ? Verdict(found, target.AtMost) : "not measured";
            text.Append(CultureInfo.InvariantCulture, $"| {target.Text(heading)} | {measured?.ToString() ?? "–"} | {verdict} |\n");
        }
    }

    private static string Verdict(Spread found, double atMost) =>
        found.Median <= atMost
            ? found.Most <= atMost ? "met" : "met by the median"
            : found.Least > atMost ? "**not met**" : "**not met** by the median";

    private static string Cell(IEnumerable<Measurement> measurements)
    {
        double[] values = [.. measurements.Select(static one => one.Value)];
        return values.Length == 0 ? "–" : $"{Spread.Of(values)}";
    }

    private static string Conditions(Measurement[] own, DateOnly? day)
    {
        var rounds = own.Select(static one => one.Round).Distinct().Count();
        var connections = string.Join(" and ", own.Select(static one => one.Connections).Distinct().Order().Select(static count => count.ToString("N0", CultureInfo.InvariantCulture)));
        return $"{connections} connections, {rounds} round{(rounds == 1 ? "" : "s")}{(rounds == 1 ? "" : ": medians, in brackets the range")}{(day is { } on ? string.Create(CultureInfo.InvariantCulture, $"; {on:yyyy-MM-dd}") : "")}.";
    }
}
