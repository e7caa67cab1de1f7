using System.Text.Encodings.Web;
using System.Text.Json;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;
using Spectre.Console;

namespace Microservices.Cli.Load;

/// <summary>What a load run found: a table for people and one line of JSON for programs.</summary>
internal static class LoadReport
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Done only if every connection was verified and stayed.</summary>
    public static int Print(IAnsiConsole console, LoadSettings settings, LoadRun run, LoadCounters counters, TimeSpan held, bool onlyJson)
    {
        var logins = run.LoginSeconds();
        if (!onlyJson)
        {
            PrintTable(console, settings, run, counters, held, logins);
        }

        var line = new
        {
            connections = settings.Connections,
            verified = counters.Verified,
            open = counters.Open,
            failed = Names(counters.Failed),
            closed = Names(counters.Closed),
            errors = Names(counters.Errors),
            pushes = counters.Pushes,
            chats = counters.Chats,
            kept = counters.Kept,
            acks = counters.Acks,
            directives = counters.Directives,
            heartbeats = counters.Heartbeats,
            heartbeats_held_back = counters.HeartbeatsHeldBack,
            heartbeat_acks = counters.HeartbeatAcks,
            bytes_in = counters.BytesIn,
            opening_seconds = Math.Round(run.OpeningTime.TotalSeconds, 3),
            held_seconds = Math.Round(held.TotalSeconds, 3),
            login_ms = new { p50 = Milliseconds(logins, 0.5), p99 = Milliseconds(logins, 0.99), max = Milliseconds(logins, 1) },
        };
        console.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(line, Json));
        return counters.Open == settings.Connections ? ExitCode.Done : ExitCode.Incomplete;
    }

    private static void PrintTable(IAnsiConsole console, LoadSettings settings, LoadRun run, LoadCounters counters, TimeSpan held, double[] logins)
    {
        var table = Tables.Create("what", "count", "");
        table.Row("connections asked for", Units.Count(settings.Connections), $"at {Units.Count(settings.Rate)} a second");
        table.Row("verified", Units.Count(counters.Verified), $"in {Units.Seconds(run.OpeningTime)}");
        table.Row("open at the end", Units.Count(counters.Open), $"after {Units.Seconds(held)}");
        Add(table, "failed", counters.Failed);
        Add(table, "closed early", counters.Closed);
        Add(table, "errors", counters.Errors);
        table.Row("pushes", Units.Count(counters.Pushes), "");
        table.Row("chats", Units.Count(counters.Chats), "");
        if (settings.Acknowledges)
        {
            table.Row("kept messages", Units.Count(counters.Kept), $"acknowledged in {Units.Count(counters.Acks)} frames");
        }

        table.Row("heartbeats sent", Units.Count(counters.Heartbeats), counters.HeartbeatsHeldBack > 0 ? $"{Units.Count(counters.HeartbeatsHeldBack)} held back" : "");
        table.Row("bytes received", Units.Count(counters.BytesIn), "");
        if (logins.Length > 0)
        {
            table.Row("login, ms", $"{Milliseconds(logins, 0.5):0.#}", $"median; 99 % within {Milliseconds(logins, 0.99):0.#}, all within {Milliseconds(logins, 1):0.#}");
        }

        console.Write(table);
    }

    private static void Add(Table table, string what, Tally tally)
    {
        foreach (var (reason, count) in tally.List())
        {
            table.Row(what, Units.Count(count), reason);
        }
    }

    private static Dictionary<string, long> Names(Tally tally) => tally.List().ToDictionary();

    private static double Milliseconds(double[] sorted, double part) =>
        sorted.Length == 0 ? 0 : Math.Round(sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * part))] * 1_000, 3);
}
