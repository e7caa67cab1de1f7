using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Microservices.Benchmarks.Sessions;
using Microservices.Clusters;
using Microservices.Clusters.Crowds;
using Microservices.Contracts.Center;

namespace Microservices.Benchmarks.Delivery;

/// <summary>Everybody has messages waiting, and logs in.</summary>
internal static class CatchUpRun
{
    private const int Each = 20;
    private const int PayloadBytes = 128;
    private const int UsersInACall = 1_000;
    private const int WarmUp = 1_000;
    private static readonly TimeSpan Silent = TimeSpan.FromHours(1);

    public static async Task RunAsync(int sessions)
    {
        await using var cluster = await Cluster.StartNewAsync(ClusterShape.Small);
        await RunAsync(cluster, WarmUp, report: false);
        await RunAsync(cluster, sessions, report: true);
    }

    private static async Task RunAsync(Cluster cluster, int sessions, bool report)
    {
        var app = await cluster.NewAppAsync(new AppDescription());
        var (received, all) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var members = (await cluster.NewUsersAsync(sessions, app)).Select(user => new Member(user, app)
        {
            AsksForAcks = true,
            Acknowledges = true,
            PushHandler = _ =>
            {
                if (Interlocked.Increment(ref received) == sessions * Each)
                {
                    all.TrySetResult();
                }
            },
        }).ToArray();
        var empty = await Readings.TakeAsync(cluster);
        var began = Stopwatch.GetTimestamp();
        await SendAsync(cluster, app, members);
        var sent = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var before = await Readings.TakeAsync(cluster);
        await using var crowd = new Crowd(app, members, Silent);

        began = Stopwatch.GetTimestamp();
        await crowd.LoginAsync(cluster.Gateways[0].Port);
        var loggedIn = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (await Task.WhenAny(all.Task, Task.Delay(TimeSpan.FromMinutes(2))) != all.Task)
        {
            throw new TimeoutException($"{received} of {sessions * Each} messages arrived.\n{cluster.State()}");
        }

        var took = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await Acknowledged.WaitAsync(cluster, app);

        var acknowledged = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var after = await Readings.TakeAsync(cluster);
        if (!report)
        {
            return;
        }

        var calls = after.Register.Since(before.Register, "http_server_request_duration_seconds_count")
            .Select(static one => (Route: MetricsReading.Label(one.Series, "http_route"), one.Growth))
            .Where(static one => one.Route.Contains("microservices", StringComparison.Ordinal));
        Write($"""
            {sessions} users, {Each} messages each; kept {sessions * Each / sent:F0} a second ({string.Join(", ", Cpu(empty, before))} CPU s)
              all logged in after {loggedIn:F1} s, all received after {took:F1} s, all acknowledged after {acknowledged:F1} s
              CPU s: {string.Join(", ", Cpu(before, after))}
              calls to register: {string.Join(", ", calls.Select(static one => Invariant($"{one.Route} {one.Growth:F0}")))}
              Redis, per user: {string.Join(", ", after.RedisCallsSince(before).Where(one => one.Growth > sessions / 100).Select(one => Invariant($"{one.Command} {(double)one.Growth / sessions:F2}")))}
            """);
    }

    private static async Task SendAsync(Cluster cluster, string app, Member[] members)
    {
        for (var i = 0; i < Each; i++)
        {
            foreach (var part in members.Chunk(UsersInACall))
            {
                var reply = await cluster.Center().PushAsync(new PushRequest
                {
                    App = app,
                    Users = new Users { Users_ = { part.Select(static member => member.User.Name) } },
                    Payload = ByteString.CopyFrom(new byte[PayloadBytes]),
                    Qos = Qos.AtLeastOnce,
                });
                if (reply.Outcomes.FirstOrDefault(static one => one.Position is null) is { } refused)
                {
                    throw new InvalidOperationException($"{refused}");
                }
            }
        }
    }

    private static IEnumerable<string> Cpu(Readings before, Readings after) =>
        after.CpuSeconds.Select(one => Invariant($"{one.Key} {one.Value - before.CpuSeconds[one.Key]:F1}"));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Write(FormattableString text) => Console.WriteLine(Invariant(text));
}
