using static Microservices.Bus.Tests.Support.Messages;

namespace Microservices.Bus.Tests.Contract;

/// <summary>What publishing promises, on every bus.</summary>
public abstract class PublishingContract : IAsyncLifetime
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
    public async Task PublishToRoom_OneCallerWithoutAwaiting_ArrivesInOrder()
    {
        var bus = Medium.Open().Bus;
        var received = new Received<int>();
        await using var room = await bus.ConsumeRoomAsync(1, (message, _) => Take(received, message), Stop);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 3_000).Select(i => bus.PublishToRoomAsync(1, Room(i), Stop).AsTask()));

        Assert.All(outcomes, outcome => Assert.Equal(PublishOutcome.Accepted, outcome));
        await received.ReachAsync(3_000);
        Assert.Equal(Enumerable.Range(0, 3_000), received.Items);
    }

    [Fact]
    public async Task PublishToRoom_ManyCallersBesideEachOther_EachKeepsItsOrder()
    {
        const int Callers = 16;
        const int Each = 250;
        var publisher = Medium.Open().Bus;
        var received = new Received<int>();
        await using var room = await Medium.Open().Bus.ConsumeRoomAsync(1, (message, _) => Take(received, message), Stop);

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(
            async () =>
            {
                for (var i = 0; i < Each; i++)
                {
                    Assert.Equal(PublishOutcome.Accepted, await publisher.PublishToRoomAsync(1, Room((caller * Each) + i), Stop));
                }
            },
            Stop)));

        await received.ReachAsync(Callers * Each);
        Assert.All(received.Items.GroupBy(number => number / Each), caller => Assert.Equal(Each, caller.Count()));
        Assert.All(received.Items.GroupBy(number => number / Each), caller => Assert.Equal(caller.Order(), caller));
    }

    [Fact]
    public async Task PublishToRoom_UnknownRoom_NoRoom()
    {
        var bus = Medium.Open().Bus;
        await using var other = await bus.ConsumeRoomAsync(1, (_, _) => ValueTask.CompletedTask, Stop);

        Assert.Equal(PublishOutcome.NoRoom, await bus.PublishToRoomAsync(2, Room(0), Stop));
    }

    [Fact]
    public async Task PublishToRoom_RoomWasDisposed_NoRoom()
    {
        var bus = Medium.Open().Bus;
        var room = await bus.ConsumeRoomAsync(1, (_, _) => ValueTask.CompletedTask, Stop);
        Assert.Equal(PublishOutcome.Accepted, await bus.PublishToRoomAsync(1, Room(0), Stop));

        await room.DisposeAsync();

        Assert.Equal(PublishOutcome.NoRoom, await bus.PublishToRoomAsync(1, Room(1), Stop));
    }

    [Fact]
    public async Task PublishToAllRooms_SeveralRooms_EachGetsIt()
    {
        var publisher = Medium.Open().Bus;
        var received = new Received<int>[] { new(), new(), new() };
        for (var i = 0; i < received.Length; i++)
        {
            var mine = received[i];
            await Medium.Open().Bus.ConsumeRoomAsync((ulong)i + 1, (message, _) => Take(mine, message), Stop);
        }

        Assert.Equal(PublishOutcome.Accepted, await publisher.PublishToAllRoomsAsync(Room(7), Stop));
        Assert.Equal(PublishOutcome.Accepted, await publisher.PublishToRoomAsync(2, Room(8), Stop));

        await received[1].ReachAsync(2);
        await received[0].ReachAsync(1);
        await received[2].ReachAsync(1);
        Assert.Equal([7], received[0].Items);
        Assert.Equal([7, 8], received[1].Items);
        Assert.Equal([7], received[2].Items);
    }

    [Fact]
    public async Task PublishToAllRooms_None_NoRoom()
    {
        var bus = Medium.Open().Bus;

        Assert.Equal(PublishOutcome.NoRoom, await bus.PublishToAllRoomsAsync(Room(0), Stop));
    }

    [Fact]
    public async Task Publish_Cancelled_Throws()
    {
        var bus = Medium.Open().Bus;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await bus.PublishToRoomAsync(1, Room(0), new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task Publish_BusWasDisposed_Unavailable()
    {
        var host = Medium.Open();

        await host.DisposeAsync();

        Assert.Equal(PublishOutcome.Unavailable, await host.Bus.PublishToRoomAsync(1, Room(0), Stop));
        Assert.Equal(PublishOutcome.Unavailable, await host.Bus.PublishUplinkAsync(Uplink("ann", 0), Stop));
        Assert.Equal(PublishOutcome.Unavailable, await host.Bus.PublishPresenceAsync(Presence(1), Stop));
        Assert.False(host.Bus.IsConnected);
    }

    private static ValueTask Take(Received<int> received, RoomMessage message)
    {
        received.Add(Number(message));
        return ValueTask.CompletedTask;
    }
}
