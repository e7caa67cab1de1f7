using System.Globalization;
using System.Text;
using Microservices.Cli.Output;

namespace Microservices.Cli.Load.Results.Html;

/// <summary>
/// A run as one page that needs nothing else: no script, no network. It is XML as well as HTML. All text that is not ours is escaped, and the page's
/// own policy forbids whatever would be loaded or run all the same.
/// </summary>
/// <param name="Settings">What the run was asked for: names and values, without secrets.</param>
/// <param name="Command">What repeats it, without secrets.</param>
/// <param name="Began">When it began.</param>
/// <param name="Machine">Where it ran.</param>
internal sealed record HtmlReport(LoadResult Result, IReadOnlyList<KeyValuePair<string, string>> Settings, string Command, DateTimeOffset Began, string Machine)
{
    public override string ToString()
    {
        var page = new StringBuilder(64 * 1024);
        var title = $"{Units.Count(Result.Connections)} connections";
        page.Append(CultureInfo.InvariantCulture, $"""
            <!DOCTYPE html>
            <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width,initial-scale=1"/>
            <meta name="color-scheme" content="light dark"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
            <title>Load: {HtmlText.Of(title)}</title>
            <style>
            {HtmlStyle.Css}
            </style>
            </head>
            <body>
            <h1>Load: {HtmlText.Of(title)}</h1>
            <p class="sub">{HtmlText.Of(Units.Time(Began.ToUnixTimeMilliseconds()))}, {HtmlText.Of(Machine)}</p>

            """);
        Tiles(page);
        page.Append("<h2>Summary</h2>\n");
        Table(page, ["what", "count", ""], LoadRows.Counts(Result), numbers: 1..2);
        Latencies(page);
        OverTime(page);
        page.Append("<h2>Settings</h2>\n");
        Table(page, [], [.. Settings.Select(static one => new[] { one.Key, one.Value })], numbers: 0..0);
        page.Append(CultureInfo.InvariantCulture, $"<h2>Again</h2>\n<pre>{HtmlText.Of(Command)}</pre>\n</body>\n</html>\n");
        return page.ToString();
    }

    private void Tiles(StringBuilder page)
    {
        var lost = Result.Connections - Result.Counts[LoadCount.Open];
        page.Append("<ul class=\"tiles\">\n");
        Tile(page, Units.Count(Result.Counts[LoadCount.Open]), lost > 0 ? $"open at the end, {Units.Count(lost)} missing" : "open at the end, all", isBad: lost > 0);
        Tile(page, Units.Seconds(Result.Opening), "to open them");
        if (Result.Counts[LoadLatency.Login] is { Count: > 0 } login)
        {
            Tile(page, $"{LoadRows.Milliseconds(login.Percentile(0.99))} ms", "login, 99 % within");
        }

        if (Result.Steady[LoadCount.Deliveries] > 0)
        {
            Tile(page, Units.Count((long)Math.Round(Result.PerSecond(LoadCount.Deliveries))), "deliveries a second");
        }

        if (Result.Counts[LoadLatency.Delivery] is { Count: > 0 } delivery)
        {
            Tile(page, $"{LoadRows.Milliseconds(delivery.Percentile(0.99))} ms", "delivery, 99 % within");
        }

        if (Result.Steady[LoadCount.Heartbeats] > 0)
        {
            Tile(page, Units.Count((long)Math.Round(Result.PerSecond(LoadCount.Heartbeats))), "heartbeats a second");
        }

        page.Append("</ul>\n");
    }

    private static void Tile(StringBuilder page, string figure, string what, bool isBad = false) => page.Append(
        CultureInfo.InvariantCulture, $"<li{(isBad ? " class=\"bad\"" : "")}><b>{HtmlText.Of(figure)}</b><span>{HtmlText.Of(what)}</span></li>\n");

    private void Latencies(StringBuilder page)
    {
        if (Charts.Distribution(Result) is { } chart)
        {
            page.Append("<h2>Latencies</h2>\n");
            Table(page, LoadRows.LatencyColumns, LoadRows.Latencies(Result), numbers: 1..);
            page.Append(CultureInfo.InvariantCulture, $"<div class=\"charts\">\n{chart}</div>\n");
        }
    }

    private void OverTime(StringBuilder page)
    {
        var charts = Charts.OverTime(Result).ToArray();
        if (charts.Length == 0)
        {
            return;
        }

        page.Append("<h2>Over time</h2>\n");
        var marks = Charts.Marks(Result).Count();
        if (marks > 0)
        {
            page.Append(CultureInfo.InvariantCulture, $"<p class=\"sub\">Dashed: all were open{(marks > 1 ? "; the warm-up was over" : "")}.</p>\n");
        }

        page.Append("<div class=\"charts\">\n");
        foreach (var chart in charts)
        {
            page.Append(chart);
        }

        page.Append("</div>\n");
    }

    private static void Table(StringBuilder page, IReadOnlyList<string> columns, IReadOnlyList<string[]> rows, Range numbers)
    {
        page.Append("<div class=\"scroll\"><table>\n");
        if (columns.Count > 0)
        {
            Row(page, "th", columns, numbers);
        }

        foreach (var row in rows)
        {
            Row(page, "td", row, numbers);
        }

        page.Append("</table></div>\n");
    }

    private static void Row(StringBuilder page, string tag, IReadOnlyList<string> cells, Range numbers)
    {
        var (from, length) = numbers.GetOffsetAndLength(cells.Count);
        page.Append("<tr>");
        for (var i = 0; i < cells.Count; i++)
        {
            var isNumber = i >= from && i < from + length;
            page.Append(CultureInfo.InvariantCulture, $"<{tag}{(isNumber ? " class=\"n\"" : "")}>{HtmlText.Of(cells[i])}</{tag}>");
        }

        page.Append("</tr>\n");
    }
}
