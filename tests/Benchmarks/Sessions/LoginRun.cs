using System.Diagnostics;
using System.Globalization;
using Microservices.Clusters;
using Microservices.Clusters.Crowds;

namespace Microservices.Benchmarks.Sessions;

/// <summary>Logins per second with Redis, what each costs every process in CPU time, and how many share a call.</summary>
internal static class LoginRun
{
    private const int WarmUp = 2_000;
    private static readonly TimeSpan Silent = TimeSpan.FromHours(1);

    public static async Task RunAsync(int sessions)
    {
        await using var cluster = await Cluster.StartNewAsync(ClusterShape.Small);
        var port = cluster.Gateways[0].Port;
        await using (var warming = await Crowd.NewAsync(cluster, Cluster.DefaultApp, WarmUp, Silent))
        {
            await warming.LoginAsync(port);
        }

        await using var crowd = await Crowd.NewAsync(cluster, Cluster.DefaultApp, sessions, Silent);
        await MeasureAsync("new sessions", cluster, crowd, port);
        await MeasureAsync("again, each displaces itself", cluster, crowd, port);
    }

    private static async Task MeasureAsync(string what, Cluster cluster, Crowd crowd, int port)
    {
        using var self = Process.GetCurrentProcess();
        var before = await Readings.TakeAsync(cluster);
        var ownBefore = self.TotalProcessorTime;
        var began = Stopwatch.GetTimestamp();
        await crowd.LoginAsync(port);
        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        self.Refresh();
        var own = (self.TotalProcessorTime - ownBefore).TotalSeconds;
        var after = await Readings.TakeAsync(cluster);

        var logins = crowd.Members.Count;
        var cpu = after.CpuSeconds.ToDictionary(static one => one.Key, one => (one.Value - before.CpuSeconds[one.Key]) * 1_000 / logins);
        var calls = after.Gateway.Growth(before.Gateway, "gateway_login_batch_count");
        Write($"""
            {what}: {logins} logins, {logins / took:F0} per second
              CPU s per 1,000 logins: {string.Join(", ", cpu.Select(static one => Invariant($"{one.Key} {one.Value:F3}")))}, client {own * 1_000 / logins:F3}
              logins that shared a call to register: {after.Gateway.Growth(before.Gateway, "gateway_login_batch_sum") / calls:F1} on average, in {calls:F0} calls
              of them by size: {string.Join(", ", Buckets(before, after))}
              told to try later: {crowd.Members.Sum(static member => member.TriedAgain)}
              Redis commands per login: {string.Join(", ", after.RedisCallsSince(before).Select(one => Invariant($"{one.Command} {(double)one.Growth / logins:F2}")))}
            """);
    }

    // Prometheus' buckets are cumulative.
    private static IEnumerable<string> Buckets(Readings before, Readings after)
    {
        double below = 0;
        foreach (var (series, growth) in after.Gateway.Since(before.Gateway, "gateway_login_batch_bucket"))
        {
            if (growth > below)
            {
                yield return Invariant($"up to {MetricsReading.Label(series, "le")}: {growth - below:F0}");
            }

            below = Math.Max(below, growth);
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Write(FormattableString text) => Console.WriteLine(Invariant(text));
}
