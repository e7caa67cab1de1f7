using System.Globalization;
using Microservices.Benchmarks.Measuring;
using Microservices.Clusters;

namespace Microservices.Benchmarks.Sessions;

/// <summary>CPU time, metrics and Redis' own counts of a cluster at one moment.</summary>
internal sealed record Readings(
    IReadOnlyDictionary<string, double> CpuSeconds, MetricsReading Gateway, MetricsReading Register, IReadOnlyDictionary<string, long> RedisCalls)
{
    public static async Task<Readings> TakeAsync(Cluster cluster) => new(
        new Dictionary<string, double>
        {
            ["gateway"] = ProcessFigures.CpuSeconds(cluster.Gateways[0].ProcessId),
            ["center"] = ProcessFigures.CpuSeconds(cluster.Centers[0].ProcessId),
            ["register"] = ProcessFigures.CpuSeconds(cluster.Registers[0].ProcessId),
            ["redis"] = ProcessFigures.CpuSeconds(cluster.Redis.Id!.Value),
            ["rabbitmq"] = ProcessFigures.CpuSeconds(cluster.Rabbit.Id!.Value),
        },
        new MetricsReading(await cluster.Gateways[0].AskMetricsAsync()),
        new MetricsReading(await cluster.Registers[0].AskMetricsAsync()),
        await RedisCallsAsync(cluster));

    /// <summary>Growth of Redis' calls by command; the reading of them left out.</summary>
    public IEnumerable<(string Command, long Growth)> RedisCallsSince(Readings earlier) =>
        RedisCalls.Select(one => (one.Key, one.Value - earlier.RedisCalls.GetValueOrDefault(one.Key)))
            .Where(static one => one.Item2 > 0 && one.Key != "info")
            .OrderByDescending(static one => one.Item2);

    // cmdstat_evalsha:calls=21,usec=175,…
    private static async Task<IReadOnlyDictionary<string, long>> RedisCallsAsync(Cluster cluster)
    {
        const string Prefix = "cmdstat_";
        return (await cluster.Redis.CliAsync("info", "commandstats")).Split('\n', StringSplitOptions.TrimEntries)
            .Where(static line => line.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(static line => line[Prefix.Length..].Split(":calls="))
            .ToDictionary(static part => part[0], static part => long.Parse(part[1].Split(',')[0], CultureInfo.InvariantCulture));
    }
}
