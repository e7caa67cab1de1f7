using Google.Protobuf;
using Grpc.Core;
using Microservices.Contracts.Center;

namespace Microservices.Fault.Tests.Delivery.Support;

/// <summary>
/// An app that must be able to rely on its messages: pushes with QoS 1 and keys, a few users at a time, and calls again with the same key until
/// it has an answer. Each user's messages are sent one after the other.
/// </summary>
internal sealed class Sender(Cluster cluster, string app, IReadOnlyList<Addressee> addressees, int seed)
{
    private const int Workers = 8;
    private const int MostAtOnce = 16;
    private const int TimesAsLong = 4;
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>What all together may take beyond several times what the rate asks for.</summary>
    private static readonly TimeSpan PatienceWithAll = TimeSpan.FromMinutes(5);

    private readonly string _run = $"{Guid.NewGuid():N}"[..8];
    private long _accepted;
    private int _retries;
    private int _runs;

    /// <summary>Messages that were accepted, one for each user.</summary>
    public long Accepted => Interlocked.Read(ref _accepted);

    /// <summary>Calls that were made again.</summary>
    public int Retries => Volatile.Read(ref _retries);

    /// <summary>Returns when all are accepted.</summary>
    /// <param name="messages">How many, for all users together.</param>
    /// <param name="rate">Messages a second at most.</param>
    /// <exception cref="TimeoutException">That took much longer than the rate asks for.</exception>
    public Task SendAsync(int messages, int rate)
    {
        var deadline = PatienceWithAll + (TimesAsLong * TimeSpan.FromSeconds((double)messages / rate));
        var run = Interlocked.Increment(ref _runs);
        var pace = new Pace(messages, rate);
        return Task.WhenAll(Enumerable.Range(0, Math.Min(Workers, addressees.Count)).Select(worker => Task.Run(() => SendAsync(worker, run, pace)))).WaitAsync(deadline);
    }

    private async Task SendAsync(int worker, int run, Pace pace)
    {
        var random = new Random(HashCode.Combine(seed, worker, run));
        Addressee[] own = [.. addressees.Where((_, i) => i % Workers == worker)];
        for (var i = 0; ; i++)
        {
            var wanted = random.Next(2) == 0 ? 1 : random.Next(2, MostAtOnce + 1);
            if (await pace.TakeAsync(Math.Min(wanted, own.Length)) is not (> 0 and var count))
            {
                return;
            }

            random.Shuffle(own);
            await PushAsync(own[..count], $"{_run}-{run}-{worker}-{i}", random);
        }
    }

    private async Task PushAsync(Addressee[] to, string text, Random random)
    {
        var end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (true)
        {
            string fault;
            try
            {
                var request = new PushRequest
                {
                    App = app,
                    Users = new Users { Users_ = { to.Select(static one => one.Receiver.User.Name) } },
                    Payload = ByteString.CopyFromUtf8(text),
                    ContentType = "text/plain",
                    Qos = Qos.AtLeastOnce,
                    Key = text,
                };
                var reply = await cluster.Center(random.Next(cluster.Centers.Count)).PushAsync(request, deadline: DateTime.UtcNow + CallDeadline);
                to = Note(to, reply, text, out fault);
                if (to.Length == 0)
                {
                    return;
                }
            }
            catch (RpcException refused) when (MayBeTriedAgain(refused))
            {
                fault = refused.Status.ToString();
            }

            if (Environment.TickCount64 > end)
            {
                throw new TimeoutException($"'{text}' to {to.Length} users was not accepted within {Patience}; the last answer: {fault}");
            }

            Interlocked.Increment(ref _retries);
            await Task.Delay(random.Next(20, 200));
        }
    }

    // Returns those for whom it was not accepted.
    private Addressee[] Note(Addressee[] to, PushReply reply, string text, out string fault)
    {
        var left = new List<Addressee>();
        fault = "";
        foreach (var (addressee, outcome) in to.Zip(reply.Outcomes))
        {
            if (outcome.Position is { } position)
            {
                addressee.Add(new Accepted(text, position));
                Interlocked.Increment(ref _accepted);
            }
            else if (outcome.Code is "unavailable" or "try_later")
            {
                left.Add(addressee);
                fault = $"{outcome}";
            }
            else
            {
                throw new InvalidOperationException($"'{text}' was refused: {outcome}");
            }
        }

        return [.. left];
    }

    // A center that is killed takes its connections with it; what it had begun may be done.
    private static bool MayBeTriedAgain(RpcException refused) =>
        refused.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled
        || refused.Status.DebugException is HttpRequestException or IOException;
}
