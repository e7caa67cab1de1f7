using System.Globalization;
using Google.Protobuf;
using Microservices.Benchmarks.Clients;
using Microservices.Benchmarks.Comparison;
using Microservices.Benchmarks.Peers;
using Microservices.Benchmarks.Results;
using Microservices.Benchmarks.Sessions;
using Microservices.Clusters;
using Microservices.Contracts.Center;
using Microservices.Testing;

namespace Microservices.Benchmarks.Pauses;

/// <summary>How often, and for how long, the garbage collector holds a gateway: while it sends one message after the other to all, and under everything at once.</summary>
internal static class PausesRun
{
    private const string Topic = "pauses";
    private const string FanOut = "messages to all, one after the other";
    private const string Mixed = "mixed load";
    private const int PayloadBytes = 128;
    private const int Broadcasts = 30;
    private const int MessagesPerSecond = 200;
    private const double BeatsPerSecond = 2_000;
    private const double ReconnectsPerSecond = 50;
    private const string Duration = "dotnet_gc_pause_duration_seconds_bucket";
    private const double LongestBucket = 1e3;

    public static Table Table { get; } = new(
        Topic,
        [("collections", "collections"), ("pauses", "pauses"), ("p99", "p99 at most, ms"), ("longest", "longest at most, ms")],
        [new("collections", FanOut, 0), new("longest", Mixed, 20)],
        "load");

    public static async Task RunAsync(Plan plan, TimeSpan mixed, Action<Measurement> found)
    {
        await using var rabbit = await RabbitServer.StartNewAsync();
        var users = plan.Connections;
        await using var peer = (GatewayPeer)await GatewayPeer.StartAsync(rabbit, GatewayLink.Tcp, "redis", users);
        using var crowd = new ClientCrowd(peer, users);
        await crowd.OpenAsync();

        // Until memory was given back: that collection is due to the logins.
        await Measuring.SettledMemory.ReadAsync(peer.ProcessId, Plan.GatewayRest);
        await MeasureAsync(FanOut, peer.Cluster, users, found, async () =>
        {
            for (var i = 1; i <= Broadcasts; i++)
            {
                await peer.BroadcastAsync(new byte[PayloadBytes], 1);
                var arrived = (long)i * users;
                await crowd.WaitAsync(static counters => counters.Deliveries, arrived, "messages arrived");
            }
        });
        await MeasureAsync(Mixed, peer.Cluster, users, found, async () =>
        {
            crowd.Beat(BeatsPerSecond);
            crowd.Reconnect(ReconnectsPerSecond);
            using var end = new CancellationTokenSource(mixed);
            await Task.WhenAll(SendToOneAsync(peer, end.Token), SendToAllAsync(peer, end.Token));
            crowd.Reconnect(0);
            crowd.Beat(0);
        });
    }

    private static async Task MeasureAsync(string load, Cluster cluster, int connections, Action<Measurement> found, Func<Task> work)
    {
        var before = new MetricsReading(await cluster.Gateways[0].AskMetricsAsync());
        await work();
        var after = new MetricsReading(await cluster.Gateways[0].AskMetricsAsync());
        if (!after.Has(Duration))
        {
            throw new InvalidOperationException($"The gateway has no metric {Duration}.");
        }

        // Buckets are cumulative: the growth of the last is all.
        (double Bound, double Growth)[] buckets = [.. after.Since(before, Duration)
            .Select(static one => (Bound(MetricsReading.Label(one.Series, "le")), one.Growth)).OrderBy(static one => one.Item1)];
        var pauses = buckets.Length == 0 ? 0 : buckets[^1].Growth;
        Found("collections", after.Growth(before, "dotnet_gc_collections_total"));
        Found("pauses", pauses);
        if (pauses > 0)
        {
            Found("p99", 1e3 * buckets.First(one => one.Growth >= pauses * 0.99).Bound);
            Found("longest", 1e3 * buckets.First(one => one.Growth >= pauses).Bound);
        }

        void Found(string figure, double value) => found(new Measurement(Topic, figure, load, 1, value, connections));
    }

    // What no bucket holds is shown as so long that nobody takes it for a figure.
    private static double Bound(string le) => le == "+Inf" ? LongestBucket : double.Parse(le, CultureInfo.InvariantCulture);

    private static async Task SendToOneAsync(GatewayPeer peer, CancellationToken end)
    {
        var center = peer.Cluster.Center();
        var payload = ByteString.CopyFrom(new byte[PayloadBytes]);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / MessagesPerSecond));
        for (var i = 0; await TickAsync(timer, end); i = (i + 1) % peer.Users.Count)
        {
            await center.PushAsync(new PushRequest { App = Cluster.DefaultApp, Users = new Users { Users_ = { peer.Users[i].Name } }, Payload = payload }, cancellationToken: CancellationToken.None);
        }
    }

    private static async Task SendToAllAsync(GatewayPeer peer, CancellationToken end)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await TickAsync(timer, end))
        {
            await peer.BroadcastAsync(new byte[PayloadBytes], 1);
        }
    }

    private static async Task<bool> TickAsync(PeriodicTimer timer, CancellationToken end)
    {
        try
        {
            return await timer.WaitForNextTickAsync(end);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
