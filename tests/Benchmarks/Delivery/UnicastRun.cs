using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Microservices.Benchmarks.Measuring;
using Microservices.Benchmarks.Results;
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
    private const string Topic = "unicast";
    private const int CallsAtOnce = 64;
    private const int Sessions = 1_000;
    private const int WarmUps = 2;
    private static readonly TimeSpan Silent = TimeSpan.FromHours(1);

    public static Table Table { get; } = new(
        Topic,
        [
            ("per_second", "messages a second, callers and clients on the same machine"), ("p50", "p50 at half that rate, ms"), ("p99", "p99, ms"),
            ("gateway", "CPU s per million: gateway"), ("center", "center"), ("register", "register"), ("redis", "Redis"), ("rabbitmq", "RabbitMQ"), ("clients", "callers and clients"),
        ],
        [],
        "quality");

    /// <param name="rounds">How often in each quality.</param>
    /// <param name="messages">In each run.</param>
    /// <param name="found">Gets what was measured.</param>
    public static async Task RunAsync(int rounds, int messages, Action<Measurement> found)
    {
        await using var cluster = await Cluster.StartNewAsync(ClusterShape.Small);
        var app = await cluster.NewAppAsync(new AppDescription { InboxMaxMessages = 100_000, InboxMaxBytes = 64 << 20 });
        var arrivals = new Arrivals();
        var members = (await cluster.NewUsersAsync(Sessions, app))
            .Select(user => new Member(user, app) { AsksForAcks = true, Acknowledges = true, PushHandler = arrivals.Take }).ToArray();
        await using var crowd = new Crowd(app, members, Silent);
        await crowd.LoginAsync(cluster.Gateways[0].Port);
        foreach (var qos in new[] { Qos.AtMostOnce, Qos.AtLeastOnce })
        {
            var run = new Sending(cluster, app, members, arrivals, qos);
            for (var i = 0; i < WarmUps; i++)
            {
                // Code is compiled as it runs, and once more when it has run often.
                await run.SendAsync(messages, rate: null);
                await SettledCpu.WaitAsync(cluster.Centers[0].ProcessId);
            }

            for (var round = 1; round <= rounds; round++)
            {
                void Found(string figure, double value) => found(new Measurement(Topic, figure, qos == Qos.AtMostOnce ? "QoS 0" : "QoS 1", round, value, Sessions));
                var most = await MeasureAsync(cluster, run, qos, messages, rate: null);
                Found("per_second", most.PerSecond);
                foreach (var (process, cpu) in most.Cpu)
                {
                    Found(process, cpu);
                }

                var paced = await MeasureAsync(cluster, run, qos, messages, most.PerSecond / 2);
                Found("p50", paced.P50);
                Found("p99", paced.P99);
            }
        }
    }

    private static async Task<(double PerSecond, double P50, double P99, Dictionary<string, double> Cpu)> MeasureAsync(
        Cluster cluster, Sending run, Qos qos, int messages, double? rate)
    {
        using var self = Process.GetCurrentProcess();
        var own = self.TotalProcessorTime;
        var before = await Readings.TakeAsync(cluster);
        var (took, latencies) = await run.SendAsync(messages, rate);
        await run.WaitUntilAcknowledgedAsync();
        var after = await Readings.TakeAsync(cluster);
        self.Refresh();

        var cpu = after.CpuSeconds.ToDictionary(static one => one.Key, one => (one.Value - before.CpuSeconds[one.Key]) * 1e6 / messages);
        cpu["clients"] = (self.TotalProcessorTime - own).TotalSeconds * 1e6 / messages;
        Array.Sort(latencies);
        var (p50, p99) = (latencies[latencies.Length / 2], latencies[latencies.Length * 99 / 100]);
        Write($"""
            {qos}, {(rate is { } paced ? Invariant($"{paced:F0} a second") : "as many as can be")}: {messages / took:F0} messages a second
              ms from call to handler: p50 {p50:F1}, p99 {p99:F1}
              CPU s per million: {string.Join(", ", cpu.Select(static one => Invariant($"{one.Key} {one.Value:F0}")))}
              Redis per message: {Store(before, after, messages)}
            """);
        return (messages / took, p50, p99, cpu);
    }

    // Scripts come first: what they do inside is counted as commands of their own.
    private static string Store(Readings before, Readings after, int messages) =>
        string.Join(", ", after.RedisCallsSince(before).OrderBy(static one => one.Command.StartsWith("eval", StringComparison.Ordinal) ? 0 : 1)
            .Where(one => one.Growth > messages / 200)
            .Select(one => Invariant($"{one.Command} {(double)one.Growth / messages:F2}")));

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
