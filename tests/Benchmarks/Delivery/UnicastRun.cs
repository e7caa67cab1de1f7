using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Microservices.Benchmarks.Sessions;
using Microservices.Clusters;
using Microservices.Clusters.Crowds;
using Microservices.Contracts.Center;
using Microservices.Protocol.Bodies;

namespace Microservices.Benchmarks.Delivery;

/// <summary>
/// One message to one user in each call of the center, to the client's handler: as many as can be, and then half as many, in QoS 0 and QoS 1.
/// Clients acknowledge what one read brought at once.
/// </summary>
internal static class UnicastRun
{
    private const int CallsAtOnce = 64;
    private const int Runs = 3;
    private const int WarmUp = 10_000;
    private const int Messages = 40_000;
    private static readonly TimeSpan Silent = TimeSpan.FromHours(1);

    public static async Task RunAsync(int sessions)
    {
        await using var cluster = await Cluster.StartNewAsync(ClusterShape.Small);
        var app = await cluster.NewAppAsync(new AppDescription { InboxMaxMessages = 100_000, InboxMaxBytes = 64 << 20 });
        var arrivals = new Arrivals();
        var members = (await cluster.NewUsersAsync(sessions, app))
            .Select(user => new Member(user, app) { AsksForAcks = true, Acknowledges = true, PushHandler = arrivals.Take }).ToArray();
        await using var crowd = new Crowd(app, members, Silent);
        await crowd.LoginAsync(cluster.Gateways[0].Port);
        foreach (var qos in new[] { Qos.AtMostOnce, Qos.AtLeastOnce })
        {
            var run = new Sending(cluster, app, members, arrivals, qos);
            await run.SendAsync(WarmUp, rate: null);
            for (var i = 0; i < Runs; i++)
            {
                var rate = await MeasureAsync(cluster, run, qos, rate: null);
                await MeasureAsync(cluster, run, qos, rate / 2);
            }
        }
    }

    private static async Task<double> MeasureAsync(Cluster cluster, Sending run, Qos qos, double? rate)
    {
        using var self = Process.GetCurrentProcess();
        var own = self.TotalProcessorTime;
        var before = await Readings.TakeAsync(cluster);
        var (took, latencies) = await run.SendAsync(Messages, rate);
        await run.WaitUntilAcknowledgedAsync();
        var after = await Readings.TakeAsync(cluster);
        self.Refresh();

        var cpu = after.CpuSeconds.ToDictionary(static one => one.Key, one => (one.Value - before.CpuSeconds[one.Key]) * 1e6 / Messages);
        cpu["clients and callers"] = (self.TotalProcessorTime - own).TotalSeconds * 1e6 / Messages;
        Array.Sort(latencies);
        Write($"""
            {qos}, {(rate is { } paced ? Invariant($"{paced:F0} a second") : "as many as can be")}: {Messages / took:F0} messages a second
              ms from call to handler: p50 {latencies[latencies.Length / 2]:F1}, p99 {latencies[latencies.Length * 99 / 100]:F1}
              CPU s per million: {string.Join(", ", cpu.Select(static one => Invariant($"{one.Key} {one.Value:F0}")))}
              Redis per message: {Store(before, after)}
            """);
        return Messages / took;
    }

    // Scripts come first: what they do inside is counted as commands of their own.
    private static string Store(Readings before, Readings after) =>
        string.Join(", ", after.RedisCallsSince(before).OrderBy(static one => one.Command.StartsWith("eval", StringComparison.Ordinal) ? 0 : 1)
            .Where(static one => one.Growth > Messages / 200)
            .Select(static one => Invariant($"{one.Command} {(double)one.Growth / Messages:F2}")));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static void Write(FormattableString text) => Console.WriteLine(Invariant(text));

    /// <summary>Takes the time from the call, which the payload carries.</summary>
    private sealed class Arrivals
    {
        private double[] _latencies = [];
        private TaskCompletionSource _all = new();
        private int _count;

        public void Expect(int messages)
        {
            _latencies = new double[messages];
            _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _count, 0);
        }

        public Task All => _all.Task;

        public int Count => Volatile.Read(ref _count);

        public double[] Latencies => _latencies;

        public void Take(PushDelivery push)
        {
            var sent = BitConverter.ToInt64(push.Payload.Span);
            var number = Interlocked.Increment(ref _count);
            if (number <= _latencies.Length)
            {
                _latencies[number - 1] = Stopwatch.GetElapsedTime(sent).TotalMilliseconds;
            }

            if (number == _latencies.Length)
            {
                _all.TrySetResult();
            }
        }
    }

    private sealed class Sending(Cluster cluster, string app, Member[] members, Arrivals arrivals, Qos qos)
    {
        private const int PayloadBytes = 128;
        private int _next;

        /// <returns>Seconds from the first call to the last arrival, and the milliseconds of each.</returns>
        public async Task<(double Seconds, double[] Latencies)> SendAsync(int messages, double? rate)
        {
            arrivals.Expect(messages);
            var (began, taken) = (Stopwatch.GetTimestamp(), 0);
            await Task.WhenAll(Enumerable.Range(0, CallsAtOnce).Select(_ => Task.Run(async () =>
            {
                for (int number; (number = Interlocked.Increment(ref taken)) <= messages;)
                {
                    var due = rate is { } paced ? TimeSpan.FromSeconds(number / paced) - Stopwatch.GetElapsedTime(began) : TimeSpan.Zero;
                    if (due > TimeSpan.Zero)
                    {
                        await Task.Delay(due);
                    }

                    await PushAsync();
                }
            })));
            if (await Task.WhenAny(arrivals.All, Task.Delay(TimeSpan.FromMinutes(1))) != arrivals.All)
            {
                throw new TimeoutException($"{arrivals.Count} of {messages} messages arrived.\n{cluster.State()}");
            }

            return (Stopwatch.GetElapsedTime(began).TotalSeconds, arrivals.Latencies);
        }

        public Task WaitUntilAcknowledgedAsync() => qos == Qos.AtLeastOnce ? Acknowledged.WaitAsync(cluster, app) : Task.CompletedTask;

        private async Task PushAsync()
        {
            var payload = new byte[PayloadBytes];
            var request = new PushRequest
            {
                App = app,
                Users = new Users { Users_ = { members[(int)((uint)Interlocked.Increment(ref _next) % (uint)members.Length)].User.Name } },
                Qos = qos,
            };
            BitConverter.TryWriteBytes(payload, Stopwatch.GetTimestamp());
            request.Payload = UnsafeByteOperations.UnsafeWrap(payload);
            var outcome = (await cluster.Center().PushAsync(request)).Outcomes[0];
            if (outcome.Outcome is not (UserOutcome.Types.Outcome.Sent or UserOutcome.Types.Outcome.Kept))
            {
                throw new InvalidOperationException($"{outcome}");
            }
        }
    }
}
