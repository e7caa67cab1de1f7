using System.Globalization;
using Microservices.Cli.Output;

namespace Microservices.Cli.Load.Results;

/// <summary>What a run found, in the words of people; the console and the page show the same. What did not happen has no row.</summary>
internal static class LoadRows
{
    public static readonly IReadOnlyList<string> LatencyColumns = ["ms", "count", "p50", "p90", "p99", "p99.9", "max"];

    /// <summary>What, how many, and what is to be said of it.</summary>
    public static IReadOnlyList<string[]> Counts(LoadResult result)
    {
        var counts = result.Counts;
        List<string[]> rows =
        [
            ["connections asked for", Units.Count(result.Connections), $"at {Units.Count(result.Rate)} a second{Processes(result)}"],
            ["verified", Units.Count(counts[LoadCount.Verified]), $"in {Units.Seconds(result.Opening)}"],
            ["open at the end", Units.Count(counts[LoadCount.Open]), $"after {Units.Seconds(result.Held)}"],
            .. Reasons("failed", counts[LoadReasons.Failed]),
            .. Reasons("closed early", counts[LoadReasons.Closed]),
            .. Reasons("errors", counts[LoadReasons.Errors]),
            .. result.ProcessFailures.Select(static failure => new[] { "processes lost", "1", failure }),
        ];
        if (counts.Published + counts.Total(LoadReasons.PublishFailures) > 0)
        {
            rows.Add(["published", Units.Count(counts.Published), Rate(result, result.Steady.Published)]);
            rows.AddRange(Reasons("not published", counts[LoadReasons.PublishFailures]));
        }

        rows.Add(["deliveries", Units.Count(counts[LoadCount.Deliveries]), Rate(result, result.Steady[LoadCount.Deliveries])]);
        rows.Add(["pushes", Units.Count(counts[LoadCount.Pushes]), ""]);
        rows.Add(["chats", Units.Count(counts[LoadCount.Chats]), ""]);
        if (counts[LoadCount.Kept] > 0)
        {
            rows.Add(["kept messages", Units.Count(counts[LoadCount.Kept]), $"acknowledged in {Units.Count(counts[LoadCount.Acks])} frames"]);
        }

        rows.Add(["heartbeats sent", Units.Count(counts[LoadCount.Heartbeats]), Heartbeats(result)]);
        rows.Add(["bytes received", Units.Count(counts[LoadCount.BytesIn]), Rate(result, result.Steady[LoadCount.BytesIn])]);
        if (counts[LoadCount.Dropped] > 0)
        {
            var back = $"{Units.Count(counts[LoadCount.Resumed])} resumed, {Units.Count(counts[LoadCount.Renewed])} with a new session";
            rows.Add(["reconnects", Units.Count(counts[LoadCount.Dropped]), back]);
            rows.AddRange(Reasons("not back", counts[LoadReasons.ReconnectFailures]));
        }

        if (counts[LoadCount.StampsIgnored] > 0)
        {
            rows.Add(["latencies ignored", Units.Count(counts[LoadCount.StampsIgnored]), "the publisher's clock is another one"]);
        }

        return rows;
    }

    /// <summary>By <see cref="LatencyColumns"/>.</summary>
    public static IReadOnlyList<string[]> Latencies(LoadResult result) =>
    [
        .. Enum.GetValues<LoadLatency>().Where(what => result.Counts[what].Count > 0).Select(what =>
        {
            var latency = result.Counts[what];
            return new[]
            {
                NameOf(what),
                Units.Count(latency.Count),
                Milliseconds(latency.Percentile(0.5)),
                Milliseconds(latency.Percentile(0.9)),
                Milliseconds(latency.Percentile(0.99)),
                Milliseconds(latency.Percentile(0.999)),
                Milliseconds(latency.Max),
            };
        }),
    ];

    public static string NameOf(LoadLatency what) => what switch
    {
        LoadLatency.Login => "login",
        LoadLatency.Delivery => "delivery",
        LoadLatency.Heartbeat => "heartbeat round trip",
        LoadLatency.Reconnect => "reconnect",
        _ => "center's answer",
    };

    /// <summary>Three digits: 0.123, 1.23, 12.3, 1,234.</summary>
    public static string Milliseconds(double nanoseconds)
    {
        var milliseconds = nanoseconds / 1_000_000;
        var format = milliseconds switch { 0 => "0", < 1 => "0.000", < 10 => "0.00", < 100 => "0.0", _ => "N0" };
        return milliseconds.ToString(format, CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string[]> Reasons(string what, IReadOnlyDictionary<string, long> reasons) =>
        reasons.OrderByDescending(static one => one.Value).ThenBy(static one => one.Key, StringComparer.Ordinal)
            .Select(one => new[] { what, Units.Count(one.Value), one.Key });

    private static string Heartbeats(LoadResult result)
    {
        string[] notes =
        [
            Rate(result, result.Steady[LoadCount.Heartbeats]),
            Note(result.Counts[LoadCount.HeartbeatAcks], "answered"),
            Note(result.Counts[LoadCount.HeartbeatsHeldBack], "held back"),
        ];
        return string.Join(", ", notes.Where(static note => note.Length > 0));
    }

    private static string Note(long count, string word) => count > 0 ? $"{Units.Count(count)} {word}" : "";

    private static string Rate(LoadResult result, long count) =>
        count > 0 && result.Measured > TimeSpan.Zero ? $"{Units.Count((long)Math.Round(count / result.Measured.TotalSeconds))} a second" : "";

    private static string Processes(LoadResult result) => result.Processes > 1 ? $", by {Units.Count(result.Processes)} processes" : "";
}
