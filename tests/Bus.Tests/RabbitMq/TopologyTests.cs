using RabbitMQ.Client;
using static Microservices.Bus.Tests.Support.Messages;

namespace Microservices.Bus.Tests.RabbitMq;

/// <summary>What an operator may do to queues and connections, and what the bus leaves behind.</summary>
public sealed class TopologyTests(Broker broker) : IAsyncLifetime
{
    private readonly BrokerMedium _medium = new(broker.Server);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _medium.DisposeAsync();

    [Fact]
    public async Task ConsumeRoom_QueueIsDeleted_IsDeclaredAgain()
    {
        var bus = _medium.Open().Bus;
        await using var raw = await RawBroker.ConnectAsync(_medium.Uri);
        var record = new RoomRecord();
        await using var room = await bus.ConsumeRoomAsync(1, record, Stop);

        await raw.Channel.QueueDeleteAsync("room.0000000000000001", cancellationToken: Stop);

        await Eventually.HoldsAsync(
            async () => await bus.PublishToRoomAsync(1, Room(1), Stop) == PublishOutcome.Accepted, "the queue is back", _medium.Log.ToString);
        await record.Received.ReachAsync(3);
        Assert.Equal([-1, -1, 1], record.Received.Items);
    }

    [Fact]
    public async Task ConsumeRoom_MessagesAreTooOld_LossIsTold()
    {
        var open = new TaskCompletionSource();
        var record = new RoomRecord { Before = async (_, _) => await open.Task };
        var bus = _medium.Open(("RoomMessageTimeToLive", "00:00:01"), ("RoomPrefetch", 1)).Bus;
        await using var room = await bus.ConsumeRoomAsync(1, record, Stop);
        await using var raw = await RawBroker.ConnectAsync(_medium.Uri);

        Assert.Equal(PublishOutcome.Accepted, await bus.PublishToRoomAsync(1, Room(1), Stop));
        Assert.Equal(PublishOutcome.Accepted, await bus.PublishToRoomAsync(1, Room(2), Stop));
        await Eventually.HoldsAsync(async () => await raw.Channel.MessageCountAsync("room.0000000000000001") == 0, "the second message is dropped");
        open.SetResult();

        await Eventually.HoldsAsync(() => record.Interruptions > 1, "the loss is told", record.Received.ToString);
        Assert.Equal([1], record.Numbers);
    }

    [Fact]
    public async Task Bus_ConnectionIsLostAndTheQueueStays_ItsMessagesComeBehindAnInterruption()
    {
        var record = new RoomRecord();
        var bus = _medium.Open().Bus;
        await using var room = await bus.ConsumeRoomAsync(1, record, Stop);
        Assert.Equal(PublishOutcome.Accepted, await bus.PublishToRoomAsync(1, Room(0), Stop));
        await record.Received.ReachAsync(2);

        await broker.Server.ControlAsync("close_all_connections", "--vhost", new Uri(_medium.Uri).AbsolutePath[1..], "maintenance");
        await Eventually.HoldsAsync(async () => await bus.PublishToRoomAsync(1, Room(2), Stop) == PublishOutcome.Accepted, "messages flow", _medium.Log.ToString);

        await Eventually.HoldsAsync(() => record.Received.Items is [-1, 0, -1, 2, ..], "the interruption comes before what is new", record.Received.ToString);
    }

    [Fact]
    public async Task PublishUplink_QueueIsDeleted_UnavailableUntilItIsDeclaredAgain()
    {
        var host = _medium.Open();
        await host.WhenConnectedAsync();
        await using var raw = await RawBroker.ConnectAsync(_medium.Uri);
        for (var queue = 0; queue < 16; queue++)
        {
            await raw.Channel.QueueDeleteAsync($"uplink.{queue:D2}", cancellationToken: Stop);
        }

        Assert.Equal(PublishOutcome.Unavailable, await host.Bus.PublishUplinkAsync(Uplink("ann", 1), Stop));

        await Eventually.HoldsAsync(
            async () => await host.Bus.PublishUplinkAsync(Uplink("ann", 2), Stop) == PublishOutcome.Accepted, "the queue is back", _medium.Log.ToString);
    }

    [Fact]
    public async Task PublishToRoom_ExchangeIsDeleted_FlowsAgain()
    {
        var bus = _medium.Open().Bus;
        await using var raw = await RawBroker.ConnectAsync(_medium.Uri);
        var received = new Received<int>();
        var room = await bus.ConsumeRoomAsync(1, (message, _) => Take(received, message), Stop);
        Assert.Equal(PublishOutcome.Accepted, await bus.PublishToRoomAsync(1, Room(1), Stop));

        await raw.Channel.ExchangeDeleteAsync("rooms", cancellationToken: Stop);
        await Eventually.HoldsAsync(
            async () => await bus.PublishToRoomAsync(1, Room(2), Stop) == PublishOutcome.NoRoom, "the exchange is back", _medium.Log.ToString);

        // Its binding went with it; a room that begins again has one.
        await room.DisposeAsync();
        await using var again = await bus.ConsumeRoomAsync(1, (message, _) => Take(received, message), Stop);
        Assert.Equal(PublishOutcome.Accepted, await bus.PublishToRoomAsync(1, Room(3), Stop));
    }

    [Fact]
    public async Task Bus_ConnectionsAreClosedByAnOperator_FlowsAgain()
    {
        var bus = _medium.Open().Bus;
        var received = new Received<int>();
        await using var room = await bus.ConsumeRoomAsync(1, (message, _) => Take(received, message), Stop);
        var virtualHost = new Uri(_medium.Uri).AbsolutePath[1..];

        await broker.Server.ControlAsync("close_all_connections", "--vhost", virtualHost, "maintenance");

        await Eventually.HoldsAsync(
            async () => await bus.PublishToRoomAsync(1, Room(1), Stop) == PublishOutcome.Accepted && received.Count > 0, "messages flow", _medium.Log.ToString);
        Assert.Contains("maintenance", _medium.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_QueuesHaveOtherLimits_WarnsAndUsesThem()
    {
        await using (var first = new BusHost(_medium.Log, ("Uri", _medium.Uri)))
        {
            await first.WhenConnectedAsync();
        }

        var host = _medium.Open(("UplinkQueueMaxBytes", 1_000_000));
        await using var consumer = await host.Bus.ConsumeUplinkAsync((_, _, _) => ValueTask.CompletedTask, Stop);

        Assert.Equal(PublishOutcome.Accepted, await host.Bus.PublishUplinkAsync(Uplink("ann", 1), Stop));
        Assert.Contains("uplink.00 was made with other limits", _medium.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_QueuesHaveOtherLimitsAndNoBinding_BindsThem()
    {
        await using (var first = new BusHost(_medium.Log, ("Uri", _medium.Uri)))
        {
            await first.WhenConnectedAsync();
        }

        await using var raw = await RawBroker.ConnectAsync(_medium.Uri);
        await raw.Channel.ExchangeDeleteAsync("uplink", cancellationToken: Stop);

        var host = _medium.Open(("UplinkQueueMaxBytes", 1_000_000));

        await Eventually.HoldsAsync(
            async () => await host.Bus.PublishUplinkAsync(Uplink("ann", 1), Stop) == PublishOutcome.Accepted, "the queues are bound", _medium.Log.ToString);
    }

    [Fact]
    public async Task DisposeRoom_BrokerAnswers_QueueIsGone()
    {
        var bus = _medium.Open().Bus;
        await using var raw = await RawBroker.ConnectAsync(_medium.Uri);
        var room = await bus.ConsumeRoomAsync(0xabc, (_, _) => ValueTask.CompletedTask, Stop);
        await raw.Channel.QueueDeclarePassiveAsync("room.0000000000000abc", Stop);

        await room.DisposeAsync();

        var missing = await Assert.ThrowsAsync<RabbitMQ.Client.Exceptions.OperationInterruptedException>(
            () => raw.Channel.QueueDeclarePassiveAsync("room.0000000000000abc", Stop));
        Assert.Equal(404, missing.ShutdownReason!.ReplyCode);
        await using var another = await RawBroker.ConnectAsync(_medium.Uri);
        await Assert.ThrowsAsync<RabbitMQ.Client.Exceptions.OperationInterruptedException>(
            () => another.Channel.QueueDeclarePassiveAsync("room.0000000000000abc.lost", Stop));
    }

    private static ValueTask Take(Received<int> received, RoomMessage message)
    {
        received.Add(Number(message));
        return ValueTask.CompletedTask;
    }
}
