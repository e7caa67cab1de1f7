using System.Diagnostics;
using System.Globalization;
using Microservices.Benchmarks.Results;
using Microservices.Testing;

namespace Microservices.Benchmarks.Comparison;

/// <summary>All servers beside each other: in each round every server once, and each round begins with another.</summary>
internal static class ComparisonRun
{
    /// <param name="plan">How much.</param>
    /// <param name="topics">What is compared.</param>
    /// <param name="servers">Who; nobody named: all.</param>
    /// <param name="results">Gets what was measured.</param>
    public static async Task RunAsync(Plan plan, Topic[] topics, string[] servers, ResultsFile results)
    {
        RabbitServer? rabbit = null;
        try
        {
            Contestant[] contestants = [.. Contestant.List(async () => rabbit ??= await RabbitServer.StartNewAsync())
                .Where(one => one.Topics.Intersect(topics).Any() && (servers.Length == 0 || servers.Contains(one.Name)))];
            foreach (var missing in contestants.Where(static one => !one.IsInstalled))
            {
                Console.WriteLine($"{missing.Name} is left out: there is no {missing.Needs}.");
            }

            contestants = [.. contestants.Where(static one => one.IsInstalled)];
            for (var round = 1; round <= plan.Rounds; round++)
            {
                foreach (var contestant in Order(contestants, round).Where(one => round <= one.Rounds))
                {
                    await VisitAsync(contestant, round, plan, [.. contestant.Topics.Intersect(topics)], results);
                }
            }
        }
        finally
        {
            if (rabbit is not null)
            {
                await rabbit.DisposeAsync();
            }
        }
    }

    /// <summary>The order of a round: what comes first in one comes later in the others.</summary>
    internal static IEnumerable<TItem> Order<TItem>(IReadOnlyList<TItem> items, int round)
    {
        const int Step = 2;
        return Enumerable.Range(0, items.Count).Select(i => items[(i + ((round - 1) * Step)) % items.Count]);
    }

    // One that falls over has no figure in this round; the others go on.
    private static async Task VisitAsync(Contestant contestant, int round, Plan plan, Topic[] topics, ResultsFile results)
    {
        var began = Stopwatch.GetTimestamp();
        var measured = new List<string>();
        try
        {
            await using var peer = await contestant.StartAsync(plan.Connections);
            await new Visit(contestant, peer, round, plan, topics, measurement =>
            {
                results.Add(measurement);
                measured.Add(string.Create(CultureInfo.InvariantCulture, $"{measurement.Topic} {measurement.Figure} {measurement.Value:G4}"));
            }).RunAsync();
        }
        catch (Exception fault)
        {
            measured.Add($"FAILED: {fault.Message}");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"round {round}, {contestant.Name}, {Stopwatch.GetElapsedTime(began).TotalSeconds:F0} s: {string.Join("; ", measured)}"));
    }
}
