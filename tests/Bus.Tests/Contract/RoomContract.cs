using static Microservices.Bus.Tests.Support.Messages;

namespace Microservices.Bus.Tests.Contract;

/// <summary>What consuming a room promises, on every bus.</summary>
public abstract class RoomContract : IAsyncLifetime
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
    public async Task ConsumeRoom_HandlerThrowsOnce_MessageComesAgainInItsPlace()
    {
        var bus = Medium.Open().Bus;
        var received = new Received<int>();
        var thrown = false;
        await using var room = await bus.ConsumeRoomAsync(
            1,
            (message, _) =>
            {
                if (Number(message) == 3 && !thrown)
                {
                    thrown = true;
                    throw new InvalidOperationException("Not this time.");
                }

                received.Add(Number(message));
                return ValueTask.CompletedTask;
            },
            Stop);

        await PublishAsync(bus, 10);

        await received.ReachAsync(10);
        Assert.True(thrown);
        Assert.Equal(Enumerable.Range(0, 10), received.Items);
    }

    [Fact]
    public async Task ConsumeRoom_HandlerAlwaysThrows_MessageIsDroppedAndOthersFlow()
    {
        var bus = Medium.Open().Bus;
        var received = new Received<int>();
        var attempts = 0;
        await using var room = await bus.ConsumeRoomAsync(
            1,
            (message, _) =>
            {
                if (Number(message) == 3)
                {
                    Interlocked.Increment(ref attempts);
                    throw new InvalidOperationException("Never.");
                }

                received.Add(Number(message));
                return ValueTask.CompletedTask;
            },
            Stop);

        await PublishAsync(bus, 10);

        await received.ReachAsync(9);
        Assert.Equal([0, 1, 2, 4, 5, 6, 7, 8, 9], received.Items);
        Assert.Equal(3, attempts);
    }

    [Fact]
    public async Task ConsumeRoom_HandlerAwaits_OneMessageAtATime()
    {
        var bus = Medium.Open().Bus;
        var received = new Received<int>();
        var running = 0;
        var most = 0;
        await using var room = await bus.ConsumeRoomAsync(
            1,
            async (message, cancellationToken) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                await Task.Yield();
                received.Add(Number(message));
                Interlocked.Decrement(ref running);
            },
            Stop);

        await PublishAsync(bus, 200);

        await received.ReachAsync(200);
        Assert.Equal(Enumerable.Range(0, 200), received.Items);
        Assert.Equal(1, most);
    }

    [Fact]
    public async Task ConsumeRoom_BigMessage_ArrivesWhole()
    {
        var bus = Medium.Open().Bus;
        var arrived = new TaskCompletionSource<RoomMessage>();
        await using var room = await bus.ConsumeRoomAsync(
            1,
            (message, _) =>
            {
                arrived.TrySetResult(message);
                return ValueTask.CompletedTask;
            },
            Stop);
        var message = Room(1, bytes: 3_000_000);

        Assert.Equal(PublishOutcome.Accepted, await bus.PublishToRoomAsync(1, message, Stop));

        Assert.Equal(message, await arrived.Task.WaitAsync(Eventually.DefaultDeadline, Stop));
    }

    [Fact]
    public async Task ConsumeRoom_SlowerThanTheByteLimit_OldestAreDropped()
    {
        var bus = Medium.Open(("RoomQueueMaxBytes", 10_000), ("RoomPrefetch", 1)).Bus;
        var received = new Received<int>();
        var open = new TaskCompletionSource();
        await using var room = await bus.ConsumeRoomAsync(
            1,
            async (message, _) =>
            {
                await open.Task;
                received.Add(Number(message));
            },
            Stop);

        await PublishAsync(bus, 100, bytes: 1_000);
        open.SetResult();

        await Eventually.HoldsAsync(() => received.Items is [.., 99], "the newest arrives", received.ToString);
        Assert.Equal(received.Items.Order(), received.Items);
        Assert.InRange(received.Count, 5, 20);
    }

    [Fact]
    public async Task ConsumeRoom_NothingIsLost_OneInterruptionBeforeTheFirstMessage()
    {
        var bus = Medium.Open().Bus;
        var record = new RoomRecord();
        await using var room = await bus.ConsumeRoomAsync(1, record, Stop);

        await PublishAsync(bus, 100);

        await record.Received.ReachAsync(101);
        Assert.Equal(Enumerable.Range(-1, 101), record.Received.Items);
    }

    [Fact]
    public async Task ConsumeRoom_HandlerAlwaysThrows_LossIsToldInItsPlace()
    {
        var bus = Medium.Open().Bus;
        var record = new RoomRecord { Before = static (message, _) => Number(message) == 3 ? throw new InvalidOperationException("Never.") : ValueTask.CompletedTask };
        await using var room = await bus.ConsumeRoomAsync(1, record, Stop);

        await PublishAsync(bus, 5);

        await record.Received.ReachAsync(6);
        Assert.Equal([-1, 0, 1, 2, -1, 4], record.Received.Items);
    }

    [Fact]
    public async Task ConsumeRoom_QueueRunsOver_LossIsTold()
    {
        var bus = Medium.Open(("RoomQueueMaxBytes", 10_000), ("RoomPrefetch", 1)).Bus;
        var open = new TaskCompletionSource();
        var record = new RoomRecord { Before = async (_, _) => await open.Task };
        await using var room = await bus.ConsumeRoomAsync(1, record, Stop);

        await PublishAsync(bus, 100, bytes: 1_000);
        open.SetResult();

        await Eventually.HoldsAsync(
            () => record.Numbers.LastOrDefault() == 99 && record.Interruptions > 1, "the newest arrives, and the loss is told", record.Received.ToString);
        Assert.Equal(record.Numbers.Order(), record.Numbers);
    }

    [Fact]
    public async Task ConsumeRoom_DisposedWhileHandling_FinishesTheMessageAtHand()
    {
        var bus = Medium.Open().Bus;
        var (begun, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        var finished = false;
        var room = await bus.ConsumeRoomAsync(
            1,
            async (_, cancellationToken) =>
            {
                begun.SetResult();
                await open.Task.WaitAsync(cancellationToken);
                finished = true;
            },
            Stop);
        await PublishAsync(bus, 1);
        await begun.Task;

        var disposing = room.DisposeAsync().AsTask();
        open.SetResult();
        await disposing;

        Assert.True(finished);
    }

    [Fact]
    public async Task ConsumeRoom_Cancelled_Throws()
    {
        var bus = Medium.Open().Bus;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => bus.ConsumeRoomAsync(1, (_, _) => ValueTask.CompletedTask, new CancellationToken(canceled: true)));
    }

    private static async Task PublishAsync(IBus bus, int messages, int bytes = 0)
    {
        for (var i = 0; i < messages; i++)
        {
            Assert.Equal(PublishOutcome.Accepted, await bus.PublishToRoomAsync(1, Room(i, bytes), Stop));
        }
    }
}
