using static Microservices.Bus.Tests.Support.Messages;

namespace Microservices.Bus.Tests.Contract;

/// <summary>What presence events promise, on every bus.</summary>
public abstract class PresenceContract : IAsyncLifetime
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
    public async Task PublishPresence_NobodyListens_Accepted()
    {
        var bus = Medium.Open().Bus;

        Assert.Equal(PublishOutcome.Accepted, await bus.PublishPresenceAsync(Presence(1), Stop));
    }

    [Fact]
    public async Task PublishPresence_OneCallerWithoutAwaiting_ArrivesInOrderAfterOneInterruption()
    {
        var bus = Medium.Open().Bus;
        var record = new PresenceRecord();
        await using var subscription = await Medium.Open().Bus.SubscribePresenceAsync(record, Stop);

        var outcomes = await Task.WhenAll(Enumerable.Range(1, 3_000).Select(i => bus.PublishPresenceAsync(Presence(i), Stop).AsTask()));

        Assert.All(outcomes, outcome => Assert.Equal(PublishOutcome.Accepted, outcome));
        await record.Received.ReachAsync(3_001);
        Assert.Equal(Enumerable.Range(0, 3_001).Select(i => (ulong)i), record.Received.Items);
    }

    [Fact]
    public async Task SubscribePresence_SeveralSubscriptions_EachGetsEveryEventWhole()
    {
        var bus = Medium.Open().Bus;
        var (first, second) = (new PresenceRecord(), new TaskCompletionSource<PresenceEvent>());
        var third = new PresenceRecord
        {
            Before = (change, _) =>
            {
                second.TrySetResult(change);
                return ValueTask.CompletedTask;
            },
        };
        await using var one = await Medium.Open().Bus.SubscribePresenceAsync(first, Stop);
        await using var other = await Medium.Open().Bus.SubscribePresenceAsync(third, Stop);
        var sent = Presence(7, "other-app", PresenceEvent.Types.Kind.Offline);
        (sent.Code, sent.Partition, sent.Previous, sent.Incarnation) = (4001, 1023, 6, ulong.MaxValue);

        Assert.Equal(PublishOutcome.Accepted, await bus.PublishPresenceAsync(sent, Stop));

        await first.Received.ReachAsync(2);
        Assert.Equal(sent, await second.Task.WaitAsync(Eventually.DefaultDeadline, Stop));
    }

    [Fact]
    public async Task SubscribePresence_Disposed_GetsNoMore()
    {
        var bus = Medium.Open().Bus;
        var (gone, stays) = (new PresenceRecord(), new PresenceRecord());
        var subscription = await bus.SubscribePresenceAsync(gone, Stop);
        await using var other = await bus.SubscribePresenceAsync(stays, Stop);
        await bus.PublishPresenceAsync(Presence(1), Stop);
        await gone.Received.ReachAsync(2);

        await subscription.DisposeAsync();
        await bus.PublishPresenceAsync(Presence(2), Stop);

        await stays.Received.ReachAsync(3);
        Assert.Equal([1], gone.Changes);
    }

    [Fact]
    public async Task SubscribePresence_ConsumerThrowsOnce_EventComesAgainInItsPlace()
    {
        var bus = Medium.Open().Bus;
        var thrown = false;
        var record = new PresenceRecord
        {
            Before = (change, _) => change.Change == 3 && !thrown ? throw Once() : ValueTask.CompletedTask,
        };
        await using var subscription = await bus.SubscribePresenceAsync(record, Stop);

        await PublishAsync(bus, 5);

        await record.Received.ReachAsync(6);
        Assert.Equal([0, 1, 2, 3, 4, 5], record.Received.Items);

        Exception Once()
        {
            thrown = true;
            return new InvalidOperationException("Not this time.");
        }
    }

    [Fact]
    public async Task SubscribePresence_ConsumerAlwaysThrows_EventIsDroppedAndSaidToBeLost()
    {
        var bus = Medium.Open().Bus;
        var record = new PresenceRecord
        {
            Before = static (change, _) => change.Change == 3 ? throw new InvalidOperationException("Never.") : ValueTask.CompletedTask,
        };
        await using var subscription = await bus.SubscribePresenceAsync(record, Stop);

        await PublishAsync(bus, 5);

        await record.Received.ReachAsync(6);
        Assert.Equal([0, 1, 2, 0, 4, 5], record.Received.Items);
    }

    [Fact]
    public async Task SubscribePresence_SlowerThanTheByteLimit_OldestAreDroppedAndSaidToBeLost()
    {
        var bus = Medium.Open(("PresenceQueueMaxBytes", 10_000), ("PresencePrefetch", 1)).Bus;
        var open = new TaskCompletionSource();
        var record = new PresenceRecord { Before = async (_, _) => await open.Task };
        await using var subscription = await bus.SubscribePresenceAsync(record, Stop);

        await PublishAsync(bus, 100, bytes: 1_000);
        open.SetResult();

        await Eventually.HoldsAsync(
            () => record.Changes.LastOrDefault() == 100 && record.Interruptions > 1, "the newest arrives, and the loss is told", record.Received.ToString);
        Assert.Equal(record.Changes.Order(), record.Changes);
        Assert.InRange(record.Changes.Count(), 5, 20);
    }

    [Fact]
    public async Task SubscribePresence_EventTooLargeForItsQueue_IsSaidToBeLost()
    {
        var bus = Medium.Open(("PresenceQueueMaxBytes", 1_024)).Bus;
        var record = new PresenceRecord();
        await using var subscription = await bus.SubscribePresenceAsync(record, Stop);
        await record.Received.ReachAsync(1);

        Assert.Equal(PublishOutcome.Accepted, await bus.PublishPresenceAsync(Presence(1, bytes: 2_000), Stop));

        await Eventually.HoldsAsync(() => record.Interruptions > 1 || record.Changes.Any(), "it is told, or it came", record.Received.ToString);
    }

    [Fact]
    public async Task SubscribePresence_Cancelled_Throws()
    {
        var bus = Medium.Open().Bus;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => bus.SubscribePresenceAsync(new PresenceRecord(), new CancellationToken(canceled: true)));
    }

    private static async Task PublishAsync(IBus bus, int events, int bytes = 0)
    {
        for (var i = 1; i <= events; i++)
        {
            Assert.Equal(PublishOutcome.Accepted, await bus.PublishPresenceAsync(Presence(i, bytes: bytes), Stop));
        }
    }
}
