using Google.Protobuf;
using RabbitMQ.Client;
using static Microservices.Bus.Tests.Support.Messages;

namespace Microservices.Bus.Tests.RabbitMq;

/// <summary>The exchange as consumers outside the platform use it, and faults that only a broker has.</summary>
public sealed class PresenceExchangeTests(Broker broker) : IAsyncLifetime
{
    private readonly BrokerMedium _medium = new(broker.Server);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _medium.DisposeAsync();

    [Fact]
    public async Task Exchange_QueuesOfOthersBoundByAppAndKind_GetWhatTheyAskedFor()
    {
        var host = _medium.Open();
        await host.WhenConnectedAsync();
        await using var raw = await RawBroker.ConnectAsync(_medium.Uri);
        await BindAsync(raw, "crm", "shop.*");
        await BindAsync(raw, "offline", "*.offline");

        PresenceEvent[] sent =
        [
            Presence(1, "shop"),
            Presence(2, "other-app", PresenceEvent.Types.Kind.Offline),
            Presence(3, "shop", PresenceEvent.Types.Kind.Away),
            Presence(4, "shop", PresenceEvent.Types.Kind.Back),
            Presence(5, "shop", PresenceEvent.Types.Kind.Offline),
            Presence(6, "shop", (PresenceEvent.Types.Kind)77),
        ];
        foreach (var change in sent)
        {
            Assert.Equal(PublishOutcome.Accepted, await host.Bus.PublishPresenceAsync(change, Stop));
        }

        Assert.Equal(
            [("shop.online", 1), ("shop.away", 3), ("shop.back", 4), ("shop.offline", 5), ("shop.other", 6)],
            await ReadAsync(raw, "crm"));
        Assert.Equal([("other-app.offline", 2), ("shop.offline", 5)], await ReadAsync(raw, "offline"));
    }

    [Fact]
    public async Task Message_AsItTravels_IsTransientWithTheVersion()
    {
        var host = _medium.Open();
        await host.WhenConnectedAsync();
        await using var raw = await RawBroker.ConnectAsync(_medium.Uri);
        await BindAsync(raw, "crm", "#");

        await host.Bus.PublishPresenceAsync(Presence(1), Stop);

        var message = await raw.Channel.BasicGetAsync("crm", autoAck: true, Stop);
        Assert.Equal(DeliveryModes.Transient, message!.BasicProperties.DeliveryMode);
        Assert.Equal(1, message.BasicProperties.Headers!["v"]);
        Assert.Equal(Presence(1), PresenceEvent.Parser.ParseFrom(message.Body.Span));
    }

    [Fact]
    public async Task SubscribePresence_ForeignMessages_AreSetAsideAndSaidToBeLost()
    {
        var bus = _medium.Open().Bus;
        await using var raw = await RawBroker.ConnectAsync(_medium.Uri);
        var record = new PresenceRecord();
        await using var subscription = await bus.SubscribePresenceAsync(record, Stop);
        await record.Received.ReachAsync(1);

        await raw.PublishAsync("presence", "default.online", 2, Presence(1).ToByteArray());
        await raw.PublishAsync("presence", "default.online", null, Presence(2).ToByteArray());
        await raw.PublishAsync("presence", "default.online", 1, [0xff, 0xff]);
        await bus.PublishPresenceAsync(Presence(3), Stop);

        await Eventually.HoldsAsync(() => record.Changes.Any(), "the event that can be read arrives", record.Received.ToString);
        Assert.Equal([3], record.Changes);
        Assert.True(record.Interruptions > 1);
        Assert.Contains("set aside", _medium.Log.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SubscribePresence_ConnectionIsClosedByAnOperator_GoesOnAndSaysThatEventsMayBeLost()
    {
        var bus = _medium.Open().Bus;
        var record = new PresenceRecord();
        await using var subscription = await bus.SubscribePresenceAsync(record, Stop);
        await bus.PublishPresenceAsync(Presence(1), Stop);
        await record.Received.ReachAsync(2);

        await broker.Server.ControlAsync("close_all_connections", "--vhost", new Uri(_medium.Uri).AbsolutePath[1..], "maintenance");

        await Eventually.HoldsAsync(() => record.Interruptions == 2, "it is attached again", _medium.Log.ToString);
        await Eventually.HoldsAsync(
            async () => await bus.PublishPresenceAsync(Presence(2), Stop) == PublishOutcome.Accepted, "events are taken", _medium.Log.ToString);
        await Eventually.HoldsAsync(() => record.Changes.Last() == 2, "events flow", record.Received.ToString);
        Assert.Equal(0UL, record.Received.Items[2]);
    }

    private static async Task BindAsync(RawBroker raw, string queue, string key)
    {
        await raw.Channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: Stop);
        await raw.Channel.QueueBindAsync(queue, "presence", key, cancellationToken: Stop);
    }

    private static async Task<IReadOnlyList<(string Key, int Change)>> ReadAsync(RawBroker raw, string queue)
    {
        var read = new List<(string, int)>();
        while (await raw.Channel.BasicGetAsync(queue, autoAck: true, Stop) is { } message)
        {
            read.Add((message.RoutingKey, (int)PresenceEvent.Parser.ParseFrom(message.Body.Span).Change));
        }

        return read;
    }
}
