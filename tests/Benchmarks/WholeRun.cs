using System.Diagnostics;
using System.Globalization;
using Microservices.Benchmarks.Comparison;
using Microservices.Benchmarks.Delivery;
using Microservices.Benchmarks.Growth;
using Microservices.Benchmarks.Pauses;
using Microservices.Benchmarks.Results;
using Microservices.Testing;

namespace Microservices.Benchmarks;

/// <summary>
/// <c>quick|full [topic…]</c>: measures, keeps what was found as JSON lines, and shows the tables. A full run puts them into <c>docs/benchmarks.md</c>.
/// <c>BENCHMARK_CONNECTIONS</c> and <c>BENCHMARK_ROUNDS</c> change how much, <c>BENCHMARK_SERVERS</c> who is compared; with some servers missing the document stays as it is.
/// </summary>
internal static class WholeRun
{
    private static readonly string Folder = Path.Combine(Repository.Root, "artifacts", "benchmarks");
    private static readonly string Document = Path.Combine(Repository.Root, "docs", "benchmarks.md");

    public static IReadOnlyList<Table> Tables { get; } = [.. ComparisonTables.All, UnicastRun.Table, GrowthRun.Table, PausesRun.Table];

    public static IReadOnlyList<string> Topics { get; } = [.. Tables.Select(static table => table.Topic)];

    public static async Task<int> RunAsync(string[] args)
    {
        string[] topics = args.Length > 1 ? [.. args.Skip(1).Distinct()] : [.. Topics];
        if (topics.Except(Topics).ToArray() is { Length: > 0 } unknown)
        {
            await Console.Error.WriteLineAsync($"No such topic: {string.Join(", ", unknown)}. There are {string.Join(", ", Topics)}.");
            return 1;
        }

        var (full, began) = (args[0] == "full", Stopwatch.GetTimestamp());
        var plan = full ? Plan.Full : Plan.Quick;
        plan = plan with { Connections = Number("BENCHMARK_CONNECTIONS", plan.Connections), Rounds = Number("BENCHMARK_ROUNDS", plan.Rounds) };
        var results = new ResultsFile(Folder);
        Topic[] compared = [.. Enum.GetValues<Topic>().Where(topic => topics.Contains(Name(topic)))];
        if (compared.Length > 0)
        {
            await ComparisonRun.RunAsync(plan, compared, Servers(), results);
        }

        await TryAsync(UnicastRun.Table, () => UnicastRun.RunAsync(plan.Rounds, full ? 20_000 : 4_000, results.Add));
        await TryAsync(GrowthRun.Table, () => GrowthRun.RunAsync(plan, full, results.Add));
        await TryAsync(PausesRun.Table, () => PausesRun.RunAsync(plan, TimeSpan.FromSeconds(full ? 45 : 10), results.Add));
        Show(topics, results.Measurements, full);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(began).TotalMinutes:F1} minutes; measurements: {results.Location}"));
        return 0;

        // One that fails has no table; the others go on.
        async Task TryAsync(Table table, Func<Task> run)
        {
            if (topics.Contains(table.Topic))
            {
                try
                {
                    await run();
                }
                catch (Exception fault)
                {
                    Console.WriteLine($"{table.Topic} FAILED: {fault.Message}");
                }
            }
        }
    }

    private static void Show(string[] topics, IReadOnlyList<Measurement> measurements, bool full)
    {
        foreach (var table in Tables.Where(table => topics.Contains(table.Topic)))
        {
            if (table.Write(measurements, DateOnly.FromDateTime(DateTime.UtcNow)) is { Length: > 0 } text)
            {
                Console.WriteLine($"\n== {table.Topic}: {text}");
                if (full && Servers().Length == 0)
                {
                    File.WriteAllText(Document, FiguresDocument.Replace(File.ReadAllText(Document), table.Topic, text));
                }
            }
        }
    }

    private static string Name(Topic topic) => $"{topic}".ToLowerInvariant();

    private static string[] Servers() =>
        (Environment.GetEnvironmentVariable("BENCHMARK_SERVERS") ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static int Number(string variable, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : otherwise;
}
