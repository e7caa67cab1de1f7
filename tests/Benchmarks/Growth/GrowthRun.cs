using System.Globalization;
using Google.Protobuf;
using Microservices.Benchmarks.Clients;
using Microservices.Benchmarks.Comparison;
using Microservices.Benchmarks.Measuring;
using Microservices.Benchmarks.Results;
using Microservices.Benchmarks.Sessions;
using Microservices.Clusters;
using Microservices.Contracts.Center;
using Microservices.Testing;

namespace Microservices.Benchmarks.Growth;

/// <summary>One, two and four gateways with as many connections each: what a connection, a delivery and a gateway cost must not grow.</summary>
internal static class GrowthRun
{
    private const string Topic = "growth";
    private const int WarmUpClients = 500;
    private const int PayloadBytes = 128;
    private const int WarmUpBroadcasts = 10;
    private const int Broadcasts = 20;
    private const double SecondsPerMinute = 60;

    public static Table Table { get; } = new(
        Topic,
        [
            ("idle", "bytes per idle connection"), ("kernel", "the kernel's, both ends"), ("redis", "Redis' bytes per session"), ("cpu", "gateways' CPU s per million deliveries"), ("calls", "calls to register a minute and gateway, idle"),
            ("register", "register's CPU s a minute and gateway, idle"), ("rabbitmq", "RabbitMQ's CPU s a minute and gateway, idle"),
            ("message", "CPU ms of center and RabbitMQ per message to all"),
        ],
        [new("idle", Row(4), 1.1, Row(1)), new("cpu", Row(4), 1.1, Row(1))],
        "gateways");

    public static async Task RunAsync(Plan plan, bool full, Action<Measurement> found)
    {
        await using var rabbit = await RabbitServer.StartNewAsync();
        foreach (var gateways in full ? [1, 2, 4] : new[] { 1, 2 })
        {
            Console.WriteLine($"growth: {Row(gateways)}");
            await using var cluster = await Cluster.StartNewAsync(ClusterShape.Small with { Gateways = gateways }, rabbit);
            await MeasureAsync(cluster, plan, TimeSpan.FromSeconds(full ? 20 : 5), (figure, value) =>
                found(new Measurement(Topic, figure, Row(gateways), 1, value, plan.Connections)));
        }
    }

    private static async Task MeasureAsync(Cluster cluster, Plan plan, TimeSpan window, Action<string, double> found)
    {
        using var folder = new TempFolder();
        var clients = new List<ClientProcess>();
        try
        {
            foreach (var gateway in cluster.Gateways)
            {
                clients.Add(await ClientProcess.StartAsync(gateway.Port, folder.Path, await cluster.NewUsersAsync(plan.Connections)));
            }

            await Task.WhenAll(clients.Select(static one => one.WarmUpAsync(WarmUpClients)));
            double connections = plan.Connections * clients.Count;
            var (empty, kernel, redis) = (await MemoryAsync(cluster), KernelFigures.SlabBytes(), await RedisBytesAsync(cluster));
            await Task.WhenAll(clients.Select(static one => one.OpenAsync()));
            found("idle", (await MemoryAsync(cluster) - empty) / connections);
            found("kernel", (KernelFigures.SlabBytes() - kernel) / connections);
            found("redis", (await RedisBytesAsync(cluster) - redis) / connections);
            await IdleAsync(cluster, window, found);
            await BroadcastAsync(cluster, clients, plan.Connections, found);
        }
        finally
        {
            foreach (var one in clients)
            {
                await one.DisposeAsync();
            }
        }
    }

    private static async Task IdleAsync(Cluster cluster, TimeSpan window, Action<string, double> found)
    {
        var before = await Readings.TakeAsync(cluster);
        await Task.Delay(window);
        var after = await Readings.TakeAsync(cluster);
        var share = SecondsPerMinute / window.TotalSeconds / cluster.Gateways.Count;
        found("calls", share * after.Register.Since(before.Register, "http_server_request_duration_seconds_count")
            .Where(static one => MetricsReading.Label(one.Series, "http_route").Contains("microservices", StringComparison.Ordinal)).Sum(static one => one.Growth));
        found("register", share * (after.CpuSeconds["register"] - before.CpuSeconds["register"]));
        found("rabbitmq", share * (after.CpuSeconds["rabbitmq"] - before.CpuSeconds["rabbitmq"]));
    }

    private static async Task BroadcastAsync(Cluster cluster, List<ClientProcess> clients, int connections, Action<string, double> found)
    {
        var request = new PushRequest { App = Cluster.DefaultApp, Everybody = new Everybody(), Payload = ByteString.CopyFrom(new byte[PayloadBytes]) };
        double gateways = 0, others = 0;
        for (var sent = 0; sent < WarmUpBroadcasts + Broadcasts; sent++)
        {
            if (sent == WarmUpBroadcasts)
            {
                await Task.WhenAll(cluster.Gateways.Select(static one => SettledCpu.WaitAsync(one.ProcessId)));
                (gateways, others) = (Gateways(cluster), Others(cluster));
            }

            await cluster.Center().PushAsync(request);
            var arrived = (sent + 1L) * connections;
            await Task.WhenAll(clients.Select(one => one.WaitAsync(arrived)));
        }

        found("cpu", (Gateways(cluster) - gateways) * 1e6 / Broadcasts / connections / clients.Count);
        found("message", (Others(cluster) - others) * 1e3 / Broadcasts);
    }

    private static double Gateways(Cluster cluster) => cluster.Gateways.Sum(static one => ProcessFigures.CpuSeconds(one.ProcessId));

    private static double Others(Cluster cluster) => ProcessFigures.CpuSeconds(cluster.Centers[0].ProcessId) + ProcessFigures.CpuSeconds(cluster.Rabbit.Id!.Value);

    private static async Task<long> MemoryAsync(Cluster cluster) =>
        (await Task.WhenAll(cluster.Gateways.Select(static one => SettledMemory.ReadAsync(one.ProcessId, Plan.GatewayRest)))).Sum();

    private static async Task<long> RedisBytesAsync(Cluster cluster)
    {
        const string Field = "used_memory:";
        var line = (await cluster.Redis.CliAsync("info", "memory")).Split('\n', StringSplitOptions.TrimEntries).First(static line => line.StartsWith(Field, StringComparison.Ordinal));
        return long.Parse(line[Field.Length..], CultureInfo.InvariantCulture);
    }

    private static string Row(int gateways) => gateways == 1 ? "1 gateway" : $"{gateways} gateways";
}
