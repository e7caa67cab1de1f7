using System.Collections.Concurrent;
using Microservices.Contracts;
using static Microservices.Bus.Tests.Support.Messages;

namespace Microservices.Bus.Tests.Contract;

/// <summary>What the uplink promises, on every bus.</summary>
public abstract class UplinkContract : IAsyncLifetime
{
    protected abstract BusMedium Medium { get; }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Medium.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task PublishUplink_ManySenders_EachKeepsItsOrderInItsQueue()
    {
        var received = new Received<(int Queue, string User, ulong Counter)>();
        await using var consumer = await Medium.Open().Bus.ConsumeUplinkAsync((queue, batch, _) => Take(received, queue, batch), Stop);
        var publisher = Medium.Open().Bus;

        await Task.WhenAll(Enumerable.Range(0, 40).Select(user => PublishAsync(publisher, $"user{user}", 1, 50)));

        await received.ReachAsync(40 * 50);
        Assert.All(received.Items, item => Assert.Equal(Partition.UplinkQueueOf("default", item.User), item.Queue));
        Assert.All(received.Items.GroupBy(item => item.User), user => Assert.Equal(Numbers(1, 50), user.Select(item => item.Counter)));
        Assert.True(received.Items.Select(item => item.Queue).Distinct().Count() > 8, "the senders are spread over the queues");
    }

    [Fact]
    public async Task PublishUplink_NobodyConsumes_WaitsAndComesInBatches()
    {
        var bus = Medium.Open().Bus;
        await PublishAsync(bus, "ann", 1, 700);
        var received = new Received<ulong>();
        var sizes = new Received<int>();

        await using var consumer = await bus.ConsumeUplinkAsync(
            (_, batch, _) =>
            {
                sizes.Add(batch.Count);
                return Take(received, batch);
            },
            Stop);

        await received.ReachAsync(700);
        Assert.Equal(Numbers(1, 700), received.Items);
        Assert.All(sizes.Items, size => Assert.InRange(size, 1, 256));
        Assert.True(sizes.Count < 350, $"messages come in batches: {sizes}");
    }

    [Fact]
    public async Task ConsumeUplink_HandlerThrows_SameBatchComesAgain()
    {
        var bus = Medium.Open(("RetryDelay", "00:00:00.001")).Bus;
        var batches = new Received<ulong[]>();
        var received = new Received<ulong>();
        await PublishAsync(bus, "ann", 1, 20);

        await using var consumer = await bus.ConsumeUplinkAsync(
            (_, batch, _) =>
            {
                batches.Add([.. batch.Select(message => message.Counter)]);
                return batches.Count < 4 ? throw new InvalidOperationException("Not yet.") : Take(received, batch);
            },
            Stop);

        await received.ReachAsync(20);
        Assert.Equal(Numbers(1, 20), received.Items);
        Assert.All(batches.Items.Take(4), batch => Assert.Equal(batches.Items[0], batch));
    }

    [Fact]
    public async Task ConsumeUplink_OneMessageIsAlwaysRefused_OnlyThatOneIsGivenUp()
    {
        var bus = Medium.Open(("MaxAttempts", 2), ("RetryDelay", "00:00:00.001")).Bus;
        var received = new Received<ulong>();
        await PublishAsync(bus, "ann", 1, 20);

        await using var consumer = await bus.ConsumeUplinkAsync(
            (_, batch, _) => batch.Any(message => message.Counter == 7) ? throw new InvalidOperationException("Not that one.") : Take(received, batch),
            Stop);

        await PublishAsync(bus, "ann", 21, 5);
        await received.ReachAsync(24);
        Assert.Equal(Numbers(1, 25).Except([7UL]), received.Items);
    }

    [Fact]
    public async Task ConsumeUplink_ActiveConsumerLeavesUnderLoad_NextContinuesInOrder()
    {
        var received = new Received<ulong>();
        var publisher = Medium.Open().Bus;
        var consumers = new List<IAsyncDisposable>();
        for (var i = 0; i < 4; i++)
        {
            consumers.Add(await Medium.Open(("UplinkPrefetch", 16)).Bus.ConsumeUplinkAsync(
                async (_, batch, _) =>
                {
                    await Task.Yield();
                    await Take(received, batch);
                },
                Stop));
        }

        var publishing = PublishAsync(publisher, "ann", 1, 3_000);
        for (var i = 0; i < 3; i++)
        {
            await received.ReachAsync((i + 1) * 500);
            await consumers[i].DisposeAsync();
        }

        await publishing;
        await Eventually.HoldsAsync(() => received.Items is [.., 3_000], "the last arrives", received.ToString);

        // Repeats are allowed, overtaking is not: without the repeats it is every number in order.
        Assert.Equal(Numbers(1, 3_000), received.Items.Distinct());
        await consumers[3].DisposeAsync();
    }

    [Fact]
    public async Task ConsumeUplink_TwoConsumers_OneHandlesAQueueAtATime()
    {
        var received = new Received<ulong>();
        var handling = new ConcurrentDictionary<int, int>();
        var overlaps = 0;
        UplinkBatchHandler handler = async (queue, batch, _) =>
        {
            if (handling.AddOrUpdate(queue, 1, (_, running) => running + 1) > 1)
            {
                Interlocked.Increment(ref overlaps);
            }

            await Task.Yield();
            await Take(received, batch);
            handling.AddOrUpdate(queue, 0, (_, running) => running - 1);
        };
        await using var one = await Medium.Open().Bus.ConsumeUplinkAsync(handler, Stop);
        await using var other = await Medium.Open().Bus.ConsumeUplinkAsync(handler, Stop);
        var publisher = Medium.Open().Bus;

        await Task.WhenAll(Enumerable.Range(0, 20).Select(user => PublishAsync(publisher, $"user{user}", 1, 50)));

        await received.ReachAsync(20 * 50);
        Assert.Equal(20 * 50, received.Count);
        Assert.Equal(0, overlaps);
    }

    [Fact]
    public async Task PublishUplink_QueueIsFull_UnavailableUntilItIsConsumed()
    {
        var bus = Medium.Open(("UplinkQueueMaxBytes", 20_000)).Bus;
        var outcome = PublishOutcome.Accepted;
        var accepted = 0;
        while (outcome == PublishOutcome.Accepted && accepted < 1_000)
        {
            outcome = await bus.PublishUplinkAsync(Uplink("ann", accepted + 1, bytes: 1_000), Stop);
            accepted += outcome == PublishOutcome.Accepted ? 1 : 0;
        }

        Assert.Equal(PublishOutcome.Unavailable, outcome);
        var received = new Received<ulong>();
        await using var consumer = await bus.ConsumeUplinkAsync((_, batch, _) => Take(received, batch), Stop);
        await received.ReachAsync(accepted);
        Assert.Equal(Numbers(1, accepted), received.Items);
        await Eventually.HoldsAsync(
            async () => await bus.PublishUplinkAsync(Uplink("ann", 2_000), Stop) == PublishOutcome.Accepted, "the emptied queue takes more");
    }

    [Fact]
    public async Task ConsumeUplink_DisposedWhileABatchIsRefused_AnotherGetsIt()
    {
        var bus = Medium.Open(("RetryDelay", "00:01:00"), ("MaxRetryDelay", "00:01:00")).Bus;
        var refused = new Received<int>();
        await PublishAsync(bus, "ann", 1, 5);
        var first = await bus.ConsumeUplinkAsync(
            (_, batch, _) =>
            {
                refused.Add(batch.Count);
                throw new InvalidOperationException("Not here.");
            },
            Stop);
        await refused.ReachAsync(1);

        await first.DisposeAsync();
        var received = new Received<ulong>();
        await using var second = await Medium.Open().Bus.ConsumeUplinkAsync((_, batch, _) => Take(received, batch), Stop);

        await received.ReachAsync(5);
        Assert.Equal(Numbers(1, 5), received.Items);
    }

    protected static async Task PublishAsync(IBus bus, string user, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            Assert.Equal(PublishOutcome.Accepted, await bus.PublishUplinkAsync(Uplink(user, i), Stop));
        }
    }

    private static IEnumerable<ulong> Numbers(int first, int count) => Enumerable.Range(first, count).Select(number => (ulong)number);

    private static ValueTask Take(Received<ulong> received, IReadOnlyList<UplinkMessage> batch)
    {
        foreach (var message in batch)
        {
            received.Add(message.Counter);
        }

        return ValueTask.CompletedTask;
    }

    private static ValueTask Take(Received<(int Queue, string User, ulong Counter)> received, int queue, IReadOnlyList<UplinkMessage> batch)
    {
        foreach (var message in batch)
        {
            received.Add((queue, message.User, message.Counter));
        }

        return ValueTask.CompletedTask;
    }
}
