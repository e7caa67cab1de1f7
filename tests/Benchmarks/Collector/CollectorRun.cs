using System.Globalization;
using Microservices.Benchmarks.Clients;
using Microservices.Benchmarks.Comparison;
using Microservices.Benchmarks.Measuring;
using Microservices.Benchmarks.Peers;
using Microservices.Benchmarks.Results;
using Microservices.Benchmarks.Sessions;
using Microservices.Testing;

namespace Microservices.Benchmarks.Collector;

/// <summary>
/// The gateway under each setting of its garbage collector: memory, CPU of a broadcast and of a mixed load, and the pauses in it. Settings take turns;
/// <c>BENCHMARK_ROUNDS</c> is how often, <c>BENCHMARK_SETTINGS</c> names those that are wanted, with semicolons between them.
/// </summary>
internal static class CollectorRun
{
    private const int RoundsToPublish = 3;
    private const int WarmUpClients = 500;
    private const int WarmUpBroadcasts = 10;
    private const int Broadcasts = 20;
    private const int PayloadBytes = 128;
    private const double BeatsPerClient = 0.1;
    private static readonly string Document = Path.Combine(Repository.Root, "docs", "benchmarks.md");

    private static readonly Table Table = new(
        "collector",
        [
            ("idle", "bytes per idle connection"), ("after", "… after the mixed load"), ("empty", "MiB without connections"), ("broadcast", "CPU s per million deliveries"),
            ("mixed", "CPU s of the mixed load"), ("pauses", "pauses in it"), ("pause_sum", "ms of all pauses"), ("p99", "99 of 100 under ms"), ("longest", "all under ms"),
        ],
        [],
        "setting");

    public static async Task RunAsync(int connections)
    {
        var wanted = Environment.GetEnvironmentVariable("BENCHMARK_SETTINGS")?.Split(';', StringSplitOptions.TrimEntries);
        CollectorSetting[] settings = [.. CollectorSetting.All.Where(setting => wanted is null || wanted.Contains(setting.Name))];
        if (settings.Length == 0)
        {
            Console.WriteLine($"BENCHMARK_SETTINGS names none of: {string.Join("; ", CollectorSetting.All.Select(static setting => setting.Name))}");
            return;
        }

        var rounds = int.TryParse(Environment.GetEnvironmentVariable("BENCHMARK_ROUNDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : RoundsToPublish;
        var found = new List<Measurement>();
        await using var rabbit = await RabbitServer.StartNewAsync();
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var setting in ComparisonRun.Order(settings, round))
            {
                var measured = await TryMeasureAsync(rabbit, setting, connections);
                found.AddRange(measured.Select(one => new Measurement(Table.Topic, one.Figure, setting.Name, round, one.Value, connections)));
                Console.WriteLine($"round {round}, {setting.Name}: {string.Join(", ", measured.Select(static one => string.Create(CultureInfo.InvariantCulture, $"{one.Figure} {one.Value:G4}")))}");
            }
        }

        var table = Table.Write(found, DateOnly.FromDateTime(DateTime.UtcNow));
        Console.WriteLine(table);
        if (settings.Length == CollectorSetting.All.Count && rounds >= RoundsToPublish)
        {
            File.WriteAllText(Document, FiguresDocument.Replace(File.ReadAllText(Document), Table.Topic, table));
        }
    }

    // One that falls over on a busy machine has no figures in this round; the others go on.
    private static async Task<IReadOnlyList<(string Figure, double Value)>> TryMeasureAsync(RabbitServer rabbit, CollectorSetting setting, int connections)
    {
        try
        {
            await using var gateway = await GatewayPeer.StartAsync(rabbit, GatewayLink.Tcp, "redis", connections, setting.Environment);
            return await MeasureAsync(gateway, connections);
        }
        catch (Exception fault)
        {
            Console.WriteLine($"FAILED: {fault.Message}");
            return [];
        }
    }

    private static async Task<IReadOnlyList<(string Figure, double Value)>> MeasureAsync(GatewayPeer gateway, int connections)
    {
        using (var first = new ClientCrowd(gateway, Math.Min(WarmUpClients, connections)))
        {
            await first.OpenAsync();
            await BroadcastAsync(gateway, first, WarmUpBroadcasts);
            await first.LeaveAsync();
        }

        await using var load = await MixedLoad.PrepareAsync(gateway.Cluster);
        var empty = await SettledMemory.ReadAsync(gateway.ProcessId, Plan.GatewayRest);
        using var crowd = new ClientCrowd(gateway, connections);
        await crowd.OpenAsync();
        var idle = await SettledMemory.ReadAsync(gateway.ProcessId, Plan.GatewayRest);

        await BroadcastAsync(gateway, crowd, 1);
        var began = ProcessFigures.CpuSeconds(gateway.ProcessId);
        await BroadcastAsync(gateway, crowd, Broadcasts);
        var broadcast = ProcessFigures.CpuSeconds(gateway.ProcessId) - began;

        crowd.Beat(connections * BeatsPerClient);
        var before = await ReadAsync(gateway);
        began = ProcessFigures.CpuSeconds(gateway.ProcessId);
        await load.RunAsync(connections);
        var mixed = ProcessFigures.CpuSeconds(gateway.ProcessId) - began;
        var pauses = Pauses.Between(before, await ReadAsync(gateway));
        crowd.Beat(0);
        var after = await SettledMemory.ReadAsync(gateway.ProcessId, Plan.GatewayRest);
        return
        [
            ("empty", empty / 1048576.0),
            ("idle", (double)(idle - empty) / connections),
            ("after", (double)(after - empty) / connections),
            ("broadcast", broadcast * 1e6 / Broadcasts / connections),
            ("mixed", mixed),
            ("pauses", pauses.Count),
            ("pause_sum", pauses.SumMs),
            ("p99", pauses.P99Ms),
            ("longest", pauses.LongestMs),
        ];
    }

    // Each is complete before the next begins.
    private static async Task BroadcastAsync(GatewayPeer gateway, ClientCrowd crowd, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var arrived = await crowd.AskAsync(static counters => counters.Deliveries);
            await gateway.BroadcastAsync(new byte[PayloadBytes], 1);
            await crowd.WaitAsync(static counters => counters.Deliveries, arrived + crowd.Count, "messages arrived");
        }
    }

    private static async Task<MetricsReading> ReadAsync(GatewayPeer gateway) => new(await gateway.Cluster.Gateways[0].AskMetricsAsync());
}
