using Google.Protobuf;
using Microservices.Contracts;
using static Microservices.Bus.Tests.Support.Messages;

namespace Microservices.Bus.Tests.RabbitMq;

/// <summary>Messages that this build doesn't know: of a later version, or not ours at all.</summary>
public sealed class ForeignMessageTests(Broker broker) : IAsyncLifetime
{
    private const string Queue = "00000000000000ff";
    private readonly BrokerMedium _medium = new(broker.Server);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _medium.DisposeAsync();

    public static TheoryData<object?, byte[]> Foreign => new()
    {
        { 2, Room(1).ToByteArray() },
        { 99L, [] },
        { null, Room(1).ToByteArray() },
        { "1", Room(1).ToByteArray() },
        { 1, [0xff, 0xff, 0xff] },
    };

    [Theory]
    [MemberData(nameof(Foreign))]
    public async Task ConsumeRoom_ForeignMessage_IsDroppedAndOthersFlow(object? version, byte[] body)
    {
        var bus = _medium.Open().Bus;
        await using var raw = await RawBroker.ConnectAsync(_medium.Uri);
        var received = new Received<int>();
        await using var room = await bus.ConsumeRoomAsync(
            0xff,
            (message, _) =>
            {
                received.Add(Number(message));
                return ValueTask.CompletedTask;
            },
            Stop);

        await raw.PublishAsync("rooms", Queue, version, body);
        await raw.PublishAsync("rooms.all", "", version, body);
        Assert.Equal(PublishOutcome.Accepted, await bus.PublishToRoomAsync(0xff, Room(5), Stop));

        await received.ReachAsync(1);
        Assert.Equal([5], received.Items);
        Assert.Contains("set aside", _medium.Log.ToString(), StringComparison.Ordinal);
        await Eventually.HoldsAsync(async () => await raw.Channel.MessageCountAsync($"room.{Queue}") == 0, "nothing is left in the queue");
    }

    [Fact]
    public async Task ConsumeUplink_ForeignMessagesInABatch_BecomeDeadLettersAndOthersFlowInOrder()
    {
        var bus = _medium.Open().Bus;
        await using var raw = await RawBroker.ConnectAsync(_medium.Uri);
        await _medium.Open().WhenConnectedAsync();
        var key = $"{Partition.UplinkQueueOf("default", "ann"):D2}";
        for (var i = 1; i <= 10; i++)
        {
            await raw.PublishAsync("uplink", key, 1, Uplink("ann", i).ToByteArray());
            await raw.PublishAsync("uplink", key, 2, Uplink("ann", 100 + i).ToByteArray());
        }

        var received = new Received<ulong>();
        await using var consumer = await bus.ConsumeUplinkAsync(
            (_, batch, _) =>
            {
                foreach (var message in batch)
                {
                    received.Add(message.Counter);
                }

                return ValueTask.CompletedTask;
            },
            Stop);

        await received.ReachAsync(10);
        Assert.Equal(Enumerable.Range(1, 10).Select(number => (ulong)number), received.Items);
        await Eventually.HoldsAsync(async () => await raw.Channel.MessageCountAsync("uplink.dead") == 10, "ten dead letters");
        var dead = await raw.Channel.BasicGetAsync("uplink.dead", autoAck: true, Stop);
        Assert.Equal(101UL, UplinkMessage.Parser.ParseFrom(dead!.Body.Span).Counter);
    }

    [Fact]
    public async Task ConsumeUplink_RefusedMessage_BecomesADeadLetter()
    {
        var bus = _medium.Open(("MaxAttempts", 2), ("RetryDelay", "00:00:00.001")).Bus;
        await using var raw = await RawBroker.ConnectAsync(_medium.Uri);
        await using var consumer = await bus.ConsumeUplinkAsync((_, _, _) => throw new InvalidOperationException("Never."), Stop);

        Assert.Equal(PublishOutcome.Accepted, await bus.PublishUplinkAsync(Uplink("ann", 7), Stop));

        await Eventually.HoldsAsync(async () => await raw.Channel.MessageCountAsync("uplink.dead") == 1, "a dead letter", _medium.Log.ToString);
        var dead = await raw.Channel.BasicGetAsync("uplink.dead", autoAck: true, Stop);
        Assert.Equal(Uplink("ann", 7), UplinkMessage.Parser.ParseFrom(dead!.Body.Span));
    }
}
