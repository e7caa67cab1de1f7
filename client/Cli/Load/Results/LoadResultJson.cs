using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Microservices.Cli.Load.Results;

/// <summary>The line of JSON that a run ends with. Fields are added, never renamed: programs read it.</summary>
internal static class LoadResultJson
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="result">What is told.</param>
    /// <param name="hasSeries">With the run second by second: a long line.</param>
    public static string Line(LoadResult result, bool hasSeries)
    {
        var counts = result.Counts;
        var line = new JsonObject
        {
            ["connections"] = result.Connections,
            ["verified"] = counts[LoadCount.Verified],
            ["open"] = counts[LoadCount.Open],
            ["failed"] = Reasons(counts[LoadReasons.Failed]),
            ["closed"] = Reasons(counts[LoadReasons.Closed]),
            ["errors"] = Reasons(counts[LoadReasons.Errors]),
            ["pushes"] = counts[LoadCount.Pushes],
            ["chats"] = counts[LoadCount.Chats],
            ["kept"] = counts[LoadCount.Kept],
            ["acks"] = counts[LoadCount.Acks],
            ["directives"] = counts[LoadCount.Directives],
            ["heartbeats"] = counts[LoadCount.Heartbeats],
            ["heartbeats_held_back"] = counts[LoadCount.HeartbeatsHeldBack],
            ["heartbeat_acks"] = counts[LoadCount.HeartbeatAcks],
            ["bytes_in"] = counts[LoadCount.BytesIn],
            ["opening_seconds"] = Math.Round(result.Opening.TotalSeconds, 3),
            ["held_seconds"] = Math.Round(result.Held.TotalSeconds, 3),
            ["login_ms"] = Latency(counts[LoadLatency.Login]),
            ["measured_seconds"] = Math.Round(result.Measured.TotalSeconds, 3),
            ["deliveries"] = counts[LoadCount.Deliveries],
            ["deliveries_measured"] = result.Steady[LoadCount.Deliveries],
            ["deliveries_per_second"] = Math.Round(result.PerSecond(LoadCount.Deliveries), 1),
            ["heartbeats_per_second"] = Math.Round(result.PerSecond(LoadCount.Heartbeats), 1),
            ["bytes_in_per_second"] = Math.Round(result.PerSecond(LoadCount.BytesIn), 1),
            ["bytes_out"] = counts[LoadCount.BytesOut],
            ["published"] = new JsonObject
            {
                ["broadcasts"] = counts[LoadCount.Broadcasts],
                ["unicasts"] = counts[LoadCount.Unicasts],
                ["failed"] = Reasons(counts[LoadReasons.PublishFailures]),
            },
            ["reconnects"] = new JsonObject
            {
                ["dropped"] = counts[LoadCount.Dropped],
                ["resumed"] = counts[LoadCount.Resumed],
                ["renewed"] = counts[LoadCount.Renewed],
                ["retries"] = counts[LoadCount.ReconnectRetries],
                ["failed"] = Reasons(counts[LoadReasons.ReconnectFailures]),
            },
            ["stamps_ignored"] = counts[LoadCount.StampsIgnored],
            ["delivery_ms"] = Latency(counts[LoadLatency.Delivery]),
            ["heartbeat_ms"] = Latency(counts[LoadLatency.Heartbeat]),
            ["reconnect_ms"] = Latency(counts[LoadLatency.Reconnect]),
            ["publish_ms"] = Latency(counts[LoadLatency.Publish]),
            ["sends_delayed"] = counts[LoadCount.SendsDelayed],
            ["sends_dropped"] = counts[LoadCount.SendsDropped],
            ["processes"] = result.Processes,
            ["process_failures"] = new JsonArray([.. result.ProcessFailures.Select(static failure => JsonValue.Create(failure))]),
        };
        if (hasSeries)
        {
            line["series"] = Series(result.Series.Samples);
        }

        return line.ToJsonString(Options);
    }

    private static JsonObject Reasons(IReadOnlyDictionary<string, long> reasons) =>
        new(reasons.OrderByDescending(static one => one.Value).ThenBy(static one => one.Key, StringComparer.Ordinal)
            .Select(static one => KeyValuePair.Create(one.Key, (JsonNode?)one.Value)));

    private static JsonObject Latency(LatencyHistogram latency) => new()
    {
        ["p50"] = Milliseconds(latency.Percentile(0.5)),
        ["p90"] = Milliseconds(latency.Percentile(0.9)),
        ["p99"] = Milliseconds(latency.Percentile(0.99)),
        ["p999"] = Milliseconds(latency.Percentile(0.999)),
        ["max"] = Milliseconds(latency.Max),
        ["mean"] = Milliseconds(latency.Mean),
        ["count"] = latency.Count,
    };

    // Columns rather than objects: half the length.
    private static JsonObject Series(IReadOnlyList<LoadSample> samples)
    {
        var series = new JsonObject
        {
            ["at"] = Column(samples, static sample => Math.Round(sample.At, 2)),
            ["seconds"] = Column(samples, static sample => Math.Round(sample.Seconds, 2)),
            ["open"] = Column(samples, static sample => sample.Open),
            ["logins"] = Column(samples, static sample => sample.Logins),
            ["deliveries"] = Column(samples, static sample => sample.Deliveries),
            ["heartbeats"] = Column(samples, static sample => sample.Heartbeats),
            ["published"] = Column(samples, static sample => sample.Published),
            ["bytes_in"] = Column(samples, static sample => sample.BytesIn),
        };
        foreach (var what in Enum.GetValues<LoadLatency>())
        {
            if (samples.Any(sample => sample.Latencies[(int)what].Count > 0))
            {
                var name = LoadCountsJson.NameOf(what);
                series[$"{name}_ms_p50"] = Column(samples, sample => Milliseconds(sample.Latencies[(int)what].P50));
                series[$"{name}_ms_p99"] = Column(samples, sample => Milliseconds(sample.Latencies[(int)what].P99));
            }
        }

        return series;
    }

    private static JsonArray Column(IReadOnlyList<LoadSample> samples, Func<LoadSample, double> value) =>
        new([.. samples.Select(sample => JsonValue.Create(value(sample)))]);

    private static double Milliseconds(double nanoseconds) => Math.Round(nanoseconds / 1_000_000, 3);
}
