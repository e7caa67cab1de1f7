using System.Globalization;
using Microservices.Clusters;
using Microservices.Clusters.Crowds;

namespace Microservices.Benchmarks.Sessions;

/// <summary>What idle connections cost register and Redis: calls in a minute with a tenth of the sessions, and with all. Clients beat.</summary>
internal static class IdleCallsRun
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(1);

    public static async Task RunAsync(int sessions)
    {
        await using var cluster = await Cluster.StartNewAsync(ClusterShape.Small);
        await using var few = await Crowd.NewAsync(cluster, Cluster.DefaultApp, Math.Max(1, sessions / 10), Beat);
        await few.LoginAsync(cluster.Gateways[0].Port);
        await MeasureAsync(cluster, few.Members.Count);
        await using var rest = await Crowd.NewAsync(cluster, Cluster.DefaultApp, sessions - few.Members.Count, Beat);
        await rest.LoginAsync(cluster.Gateways[0].Port);
        await MeasureAsync(cluster, sessions);
    }

    private static async Task MeasureAsync(Cluster cluster, int sessions)
    {
        await Task.Delay(Settling);
        var before = await Readings.TakeAsync(cluster);
        await Task.Delay(Span);
        var after = await Readings.TakeAsync(cluster);

        var calls = after.Register.Since(before.Register, "http_server_request_duration_seconds_count")
            .Select(static one => (Route: MetricsReading.Label(one.Series, "http_route"), one.Growth))
            .Where(static one => one.Route.Contains("microservices", StringComparison.Ordinal)).ToArray();
        var store = after.Register.Since(before.Register, "register_store_duration_seconds_count")
            .Select(static one => (Call: MetricsReading.Label(one.Series, "call"), one.Growth)).OrderByDescending(static one => one.Growth).ToArray();
        var redis = after.RedisCallsSince(before).ToArray();
        var beats = after.Gateway.Since(before.Gateway, "gateway_frames_in_total").Where(static one => one.Series.Contains("heartbeat", StringComparison.Ordinal)).Sum(static one => one.Growth);
        Write($"""
            {sessions} idle sessions, one minute, {beats:F0} heartbeats of clients
              calls to register: {calls.Sum(static one => one.Growth):F0}{List(calls)}
              calls of register to the store: {store.Sum(static one => one.Growth):F0}{List(store)}
              commands of Redis: {redis.Sum(static one => one.Growth)}{List([.. redis.Select(static one => (one.Command, (double)one.Growth))])}
              CPU s: {string.Join(", ", after.CpuSeconds.Select(one => Invariant($"{one.Key} {one.Value - before.CpuSeconds[one.Key]:F2}")))}
            """);
    }

    private static string List(IReadOnlyCollection<(string Name, double Count)> parts) =>
        parts.Count == 0 ? "" : $" ({string.Join(", ", parts.Select(static one => Invariant($"{one.Name} {one.Count:F0}")))})";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Write(FormattableString text) => Console.WriteLine(Invariant(text));
}
