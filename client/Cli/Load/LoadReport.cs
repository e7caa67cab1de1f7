using System.Text.Encodings.Web;
using System.Text.Json;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Load.Engine;
using Microservices.Cli.Load.Publishing;
using Microservices.Cli.Load.Results;
using Microservices.Cli.Output;
using Spectre.Console;

namespace Microservices.Cli.Load;

/// <summary>What a load run found: a table for people and one line of JSON for programs.</summary>
internal static class LoadReport
{
    private const double NanosecondsPerMs = 1e6;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Done only if every connection was verified and is open.</summary>
    public static int Print(
        IAnsiConsole console, LoadSettings settings, TimeSpan opening, LoadHolding holding, LoadCounters counters, PublishCounters? published, bool onlyJson)
    {
        if (!onlyJson)
        {
            PrintTable(console, settings, opening, holding, counters, published);
        }

        var line = new
        {
            connections = settings.Connections,
            verified = counters.Verified,
            open = counters.Open,
            failed = Names(counters.Failed.List()),
            closed = Names(counters.Closed.List()),
            errors = Names(counters.Errors.List()),
            pushes = counters.Pushes,
            chats = counters.Chats,
            kept = counters.Kept,
            acks = counters.Acks,
            directives = counters.Directives,
            heartbeats = counters.Heartbeats,
            heartbeats_held_back = counters.HeartbeatsHeldBack,
            heartbeat_acks = counters.HeartbeatAcks,
            bytes_in = counters.BytesIn,
            opening_seconds = Math.Round(opening.TotalSeconds, 3),
            held_seconds = Math.Round(holding.Held.TotalSeconds, 3),
            login_ms = Latencies(counters.Login),
            delivery_ms = Latencies(counters.Delivery),
            heartbeat_ms = Latencies(counters.HeartbeatRoundTrip),
            reconnects = new
            {
                dropped = counters.Dropped,
                resumed = counters.Resumed,
                renewed = counters.Renewed,
                retries = counters.ReconnectRetries,
                failed = Names(counters.ReconnectsFailed.List()),
            },
            reconnect_ms = Latencies(counters.Reconnect),
            published = published is null ? null : new
            {
                broadcasts = published.Broadcasts,
                unicasts = published.Unicasts,
                failed = Names(published.Failures()),
            },
        };
        console.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(line, Json));
        return counters.Open == settings.Connections ? ExitCode.Done : ExitCode.Incomplete;
    }

    private static void PrintTable(
        IAnsiConsole console, LoadSettings settings, TimeSpan opening, LoadHolding holding, LoadCounters counters, PublishCounters? published)
    {
        var table = Tables.Create("what", "count", "");
        table.Row("connections asked for", Units.Count(settings.Connections), $"at {Units.Count(settings.Rate)} a second");
        table.Row("verified", Units.Count(counters.Verified), $"in {Units.Seconds(opening)}");
        table.Row("open at the end", Units.Count(counters.Open), $"after {Units.Seconds(holding.Held)}");
        Add(table, "failed", counters.Failed.List());
        Add(table, "closed early", counters.Closed.List());
        Add(table, "errors", counters.Errors.List());
        table.Row("pushes", Units.Count(counters.Pushes), "");
        table.Row("chats", Units.Count(counters.Chats), "");
        if (settings.Acknowledges)
        {
            table.Row("kept messages", Units.Count(counters.Kept), $"acknowledged in {Units.Count(counters.Acks)} frames");
        }

        table.Row("heartbeats sent", Units.Count(counters.Heartbeats), counters.HeartbeatsHeldBack > 0 ? $"{Units.Count(counters.HeartbeatsHeldBack)} held back" : "");
        table.Row("bytes received", Units.Count(counters.BytesIn), "");
        if (published is not null)
        {
            table.Row("published", Units.Count(published.Broadcasts + published.Unicasts), "");
            Add(table, "not published", published.Failures());
        }

        if (settings.Reconnects)
        {
            table.Row("dropped", Units.Count(counters.Dropped), $"{Units.Count(counters.Resumed)} resumed, {Units.Count(counters.Renewed)} new");
            Add(table, "not back", counters.ReconnectsFailed.List());
        }

        Add(table, "login, ms", counters.Login);
        Add(table, "delivery, ms", counters.Delivery);
        Add(table, "heartbeat answer, ms", counters.HeartbeatRoundTrip);
        Add(table, "back, ms", counters.Reconnect);
        console.Write(table);
    }

    private static void Add(Table table, string what, IReadOnlyList<KeyValuePair<string, long>> counts)
    {
        foreach (var (reason, count) in counts)
        {
            table.Row(what, Units.Count(count), reason);
        }
    }

    private static void Add(Table table, string what, LatencyHistogram latency)
    {
        if (latency.Count > 0)
        {
            table.Row(what, $"{Milliseconds(latency, 0.5):0.#}", $"median; 99 % within {Milliseconds(latency, 0.99):0.#}, all within {Milliseconds(latency, 1):0.#}");
        }
    }

    private static Dictionary<string, long> Names(IReadOnlyList<KeyValuePair<string, long>> counts) => counts.ToDictionary();

    private static object Latencies(LatencyHistogram latency) =>
        new { p50 = Milliseconds(latency, 0.5), p99 = Milliseconds(latency, 0.99), max = Milliseconds(latency, 1) };

    private static double Milliseconds(LatencyHistogram latency, double part) => Math.Round(latency.Percentile(part) / NanosecondsPerMs, 3);
}
