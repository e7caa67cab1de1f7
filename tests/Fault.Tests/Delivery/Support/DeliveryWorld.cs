using Microservices.Client;
using Microservices.Client.Cursors;
using Microservices.Client.Endpoints;
using Microservices.Client.Receiving;
using Microservices.Clusters.Receiving;
using Microservices.Contracts.Center;

namespace Microservices.Fault.Tests.Delivery.Support;

/// <summary>A cluster, clients of the SDK in an app of their own, and an app that sends to them and notes what was accepted.</summary>
internal sealed class DeliveryWorld : IAsyncDisposable
{
    /// <summary>How long nothing at all may happen before what is awaited counts as lost.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private const int MostStrikes = 20;

    private readonly string _name;

    private readonly List<Addressee> _addressees;

    private DeliveryWorld(Cluster cluster, string app, Receiver[] receivers)
    {
        (Cluster, App, Receivers) = (cluster, app, receivers);
        _addressees = [.. receivers.Select(static receiver => new Addressee(receiver))];
        _name = TestContext.Current.TestMethod?.MethodName ?? "test";
        Random = new Random(FaultSizes.Seed);
        Sender = new Sender(cluster, app, _addressees, FaultSizes.Seed);
    }

    public Cluster Cluster { get; }

    public string App { get; }

    public IReadOnlyList<Addressee> Addressees => _addressees;

    /// <summary>Clients in this process.</summary>
    public IReadOnlyList<Receiver> Receivers { get; }

    public Sender Sender { get; }

    /// <summary>For what breaks when. Not for concurrent use.</summary>
    public Random Random { get; }

    /// <summary>With everybody logged in.</summary>
    public static async Task<DeliveryWorld> StartAsync(FaultCluster fixture, DeliverySetup? setup = null)
    {
        setup ??= new DeliverySetup();
        var cluster = await fixture.GetAsync();
        var policy = new AppDescription
        {
            MinHeartbeatMs = 1_000,
            SilenceLimitMs = 15_000,
            AckTimeoutMs = 5_000,
            InboxMaxMessages = 100_000,
            InboxMaxBytes = 64 << 20,
        };
        setup.Policy?.Invoke(policy);
        var app = await cluster.NewAppAsync(policy);
        var users = await cluster.NewUsersAsync(setup.Clients, app);
        var world = new DeliveryWorld(cluster, app, [.. users.Index().Select(one => NewReceiver(cluster, app, one.Item, one.Index, setup))]);
        try
        {
            foreach (var receiver in world.Receivers)
            {
                receiver.Client.Start();
            }

            await Eventually.HoldsAsync(
                () => world.Receivers.All(static receiver => receiver.Logins > 0), "everybody is logged in", world.State, TimeSpan.FromSeconds(90));
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>From now on it is sent to as well; not while something is being sent.</summary>
    public Addressee Join(IReceiver receiver)
    {
        var addressee = new Addressee(receiver);
        _addressees.Add(addressee);
        return addressee;
    }

    /// <summary>
    /// Sends as much as the environment says, and lets <paramref name="strike"/> do harm over and over meanwhile, at least once. In between something gets
    /// through: a machine that is slow to recover would otherwise be struck again and again before it has.
    /// </summary>
    public async Task SendWhileAsync(Func<Random, Task> strike)
    {
        var sending = Sender.SendAsync(FaultSizes.Messages, FaultSizes.Rate);
        do
        {
            await strike(Random);
            for (var enough = Sender.Accepted + (FaultSizes.Messages / MostStrikes); Sender.Accepted < enough && !sending.IsCompleted;)
            {
                await Task.Delay(20);
            }
        }
        while (!sending.IsCompleted);

        await sending;
        await Cluster.HealAsync();
    }

    /// <summary>Everybody's handler has got everything that was accepted, once and in order, and the ledger says so.</summary>
    public async Task AssertDeliveredAsync()
    {
        await WaitUntilReceivedAsync();
        CheckReceived();
        var ledger = await WaitUntilNothingIsPendingAsync();
        Check(
            ledger.Accepted == (ulong)Sender.Accepted && ledger.Acknowledged == ledger.Accepted,
            () => $"{Sender.Accepted} were accepted and received; ledger {ledger}");
        FaultWorld.Report($"{Sender.Accepted} messages, {Sender.Retries} calls repeated, {Receivers.Sum(static one => one.Logins)} logins of {Addressees.Count} clients; {ledger}");
    }

    /// <summary>Every handler has got what was accepted, once and in order, and positions rise.</summary>
    public void CheckReceived()
    {
        var faults = Addressees.Select(static one => one.FirstFault()).OfType<string>().ToArray();
        Check(faults.Length == 0, () => $"{faults.Length} of {Addressees.Count} clients:\n{string.Join('\n', faults.Take(5))}");
        foreach (var addressee in Addressees)
        {
            CheckRising(addressee);
        }
    }

    /// <summary>Waits until every handler has got as many as were accepted for it; what comes again and again counts for its own client only.</summary>
    public async Task WaitUntilReceivedAsync(IReadOnlyCollection<Addressee>? who = null)
    {
        who ??= [.. Addressees];
        var (received, moved) = (0, Environment.TickCount64);
        while (who.Any(static one => one.Receiver.Count < one.Accepted.Count))
        {
            var now = who.Sum(static one => Math.Min(one.Receiver.Count, one.Accepted.Count));
            moved = now > received ? Environment.TickCount64 : moved;
            received = now;
            if (Environment.TickCount64 - moved > Patience.TotalMilliseconds)
            {
                var faults = who.Select(static one => one.FirstFault()).OfType<string>().ToArray();
                Assert.Fail($"Nothing arrived for {Patience}; {received} of {who.Sum(static one => one.Accepted.Count)} did. {faults.Length} clients:\n{string.Join('\n', faults.Take(5))}\n{State()}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Waits until the ledger has nothing pending, and finds it in balance.</summary>
    public async Task<GetLedgerReply> WaitUntilNothingIsPendingAsync()
    {
        GetLedgerReply? ledger = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                ledger = await LedgerReading.TryAskAsync(Cluster, App);
                if (ledger is not { Pending: 0 })
                {
                    await Task.Delay(200);
                    return false;
                }

                return true;
            },
            "nothing is pending",
            () => $"{ledger}\n{State()}",
            Patience);
        Check(ledger!.IsInBalance(), () => $"Not in balance: {ledger}");
        return ledger!;
    }

    /// <summary>Fails the test with what is wrong and the state, unless it holds.</summary>
    public void Check(bool holds, Func<string> fault)
    {
        if (!holds)
        {
            Assert.Fail($"{fault()}\n{State()}");
        }
    }

    /// <summary>Further lines of <see cref="State"/>.</summary>
    public Func<string>? Details { get; set; }

    /// <summary>Seed, clients, and where the logs are kept.</summary>
    public string State() =>
        $"FAULT_SEED={FaultSizes.Seed}; {Sender.Accepted} accepted, {Sender.Retries} calls repeated; logs in {KeptLogs.Write(_name, Cluster)}\n{Details?.Invoke()}\n{Cluster.State()}";

    public async ValueTask DisposeAsync() => await Task.WhenAll(Receivers.Select(static receiver => receiver.DisposeAsync().AsTask()));

    private static Receiver NewReceiver(Cluster cluster, string app, TestUser user, int number, DeliverySetup setup)
    {
        var gateways = cluster.Gateways.Select(static gateway => new Endpoint("127.0.0.1", gateway.Port)).ToArray();
        var first = number % gateways.Length;
        return new Receiver(user, new PushClientOptions
        {
            App = app,
            User = user.Name,
            Token = user.Token,
            Endpoints = setup.Endpoints?.Invoke(number) ?? [.. gateways[first..], .. gateways[..first]],
            Receive = new ReceiveOptions { Cursors = setup.Cursors?.Invoke(number) ?? new MemoryCursorStore() },
            Heartbeat = new HeartbeatOptions { Interval = TimeSpan.FromSeconds(2), AnswerTimeout = TimeSpan.FromSeconds(5) },
            Reconnect = new ReconnectOptions { InitialDelay = TimeSpan.FromMilliseconds(200), MaxDelay = TimeSpan.FromSeconds(2) },
        });
    }

    private void CheckRising(Addressee addressee)
    {
        foreach (var (one, next) in addressee.Accepted.Zip(addressee.Accepted.Skip(1)))
        {
            Check(
                (next.Position.Epoch, next.Position.Seq).CompareTo((one.Position.Epoch, one.Position.Seq)) > 0,
                () => $"{addressee.Receiver.User.Name}: {next} was accepted after {one}.");
        }
    }
}
