using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Google.Protobuf;
using Microservices.Bus.Handling;
using Microservices.Contracts;
using Microservices.Contracts.Bus;
using Microsoft.Extensions.Logging;

namespace Microservices.Bus.RabbitMq;

/// <summary>
/// The bus through RabbitMQ. One connection publishes and another consumes: a broker that is short of memory stops reading from
/// those that publish, and deliveries and their acknowledgements must go on.
/// </summary>
internal sealed class RabbitMqBus : IBus
{
    private readonly BusOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly BusMetrics _metrics;
    private readonly Topology _topology;
    private readonly RabbitLink _publishLink;
    private readonly Lazy<RabbitLink> _consumeLink;
    private readonly RabbitPublisher _publisher;
    private readonly ConcurrentDictionary<RabbitSubscription, byte> _subscriptions = new();

    private RabbitMqBus(BusOptions options, ILogger logger, IMeterFactory meters, TimeProvider time)
    {
        (_options, _logger, _time) = (options, logger, time);
        _metrics = new BusMetrics(meters);
        _topology = new Topology(options, logger);
        _publishLink = new RabbitLink(options, "publishing", logger, time);
        _consumeLink = new Lazy<RabbitLink>(() => new RabbitLink(options, "consuming", logger, time));
        _publisher = new RabbitPublisher(options, _publishLink, _topology, _metrics, logger, time);
    }

    public bool IsConnected => _publisher.IsConnected;

    /// <summary>What keeps messages from flowing, for the health check; null when all is well.</summary>
    public string? Fault =>
        _publisher.Fault is { } publishing ? $"publishing: {publishing}"
        : _consumeLink.IsValueCreated && _consumeLink.Value.Fault is { } consuming ? $"consuming: {consuming}"
        : _subscriptions.Keys.Select(static subscription => subscription.Fault).FirstOrDefault(static fault => fault is not null);

    /// <summary>Makes the bus and begins to connect; the broker may be away.</summary>
    public static RabbitMqBus Start(BusOptions options, ILogger<RabbitMqBus> logger, IMeterFactory meters, TimeProvider time) =>
        new(options, logger, meters, time);

    public ValueTask<PublishOutcome> PublishToRoomAsync(ulong incarnation, RoomMessage message, CancellationToken cancellationToken) =>
        _publisher.PublishAsync(Destination.Room, Topology.Rooms, Topology.RoomKey(incarnation), message, cancellationToken);

    public ValueTask<PublishOutcome> PublishToAllRoomsAsync(RoomMessage message, CancellationToken cancellationToken) =>
        _publisher.PublishAsync(Destination.AllRooms, Topology.AllRooms, "", message, cancellationToken);

    public ValueTask<PublishOutcome> PublishUplinkAsync(UplinkMessage message, CancellationToken cancellationToken)
    {
        var queue = Partition.UplinkQueueOf(message.App, message.User, UplinkQueues.Count);
        return _publisher.PublishAsync(Destination.Uplink, Topology.Uplink, Topology.UplinkKey(queue), message, cancellationToken);
    }

    public ValueTask<PublishOutcome> PublishPresenceAsync(PresenceEvent change, CancellationToken cancellationToken) =>
        _publisher.PublishAsync(Destination.Presence, Topology.Presence, Topology.PresenceKey(change), change, cancellationToken);

    public Task<IAsyncDisposable> SubscribePresenceAsync(IPresenceConsumer consumer, CancellationToken cancellationToken)
    {
        var queue = new ConsumedQueue<PresenceEvent>(
            Topology.Presence,
            Destination.Presence,
            PresenceEvent.Parser,
            new PresenceDeliveries(consumer, Retrying(Topology.Presence, Destination.Presence, RetryPolicy.Brief)),
            _options.PresencePrefetch,
            (_, channel, token) => _topology.DeclarePresenceAsync(channel, token),
            DeleteAtEnd: false);
        return SubscribeAsync([queue], static _ => null, cancellationToken);
    }

    public Task<IAsyncDisposable> ConsumeRoomAsync(ulong incarnation, IRoomConsumer consumer, CancellationToken cancellationToken)
    {
        var name = Topology.RoomQueue(incarnation);
        var room = new ConsumedQueue<RoomMessage>(
            name,
            Destination.Room,
            RoomMessage.Parser,
            new RoomDeliveries(consumer, Retrying(name, Destination.Room, RetryPolicy.Brief)),
            _options.RoomPrefetch,
            (_, channel, token) => _topology.DeclareRoomAsync(channel, incarnation, token),
            DeleteAtEnd: true);
        return SubscribeAsync([room], static _ => null, cancellationToken);
    }

    public Task<IAsyncDisposable> ConsumeUplinkAsync(UplinkBatchHandler handler, CancellationToken cancellationToken)
    {
        var queues = Enumerable.Range(0, UplinkQueues.Count).Select(number =>
        {
            var name = Topology.UplinkQueue(number);
            return new ConsumedQueue<UplinkMessage>(
                name,
                Destination.Uplink,
                UplinkMessage.Parser,
                new UplinkDeliveries(number, handler, Retrying(name, Destination.Uplink, RetryPolicy.Uplink(_options))),
                _options.UplinkPrefetch,
                (live, _, token) => _topology.DeclareUplinkAsync(live.Connection, number, token),
                DeleteAtEnd: false);
        });
        return SubscribeAsync(
            [.. queues],
            consumers => new UplinkBalance(consumers, _consumeLink.Value, _options.UplinkBalanceInterval, _logger, _time),
            cancellationToken);
    }

    /// <summary>Ends the subscriptions, lets what is being published come to its outcome, and closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (subscription, _) in _subscriptions)
        {
            await subscription.DisposeAsync();
        }

        await _publisher.DisposeAsync();
        await _publishLink.DisposeAsync();
        if (_consumeLink.IsValueCreated)
        {
            await _consumeLink.Value.DisposeAsync();
        }

        _metrics.Dispose();
    }

    private Retrying Retrying(string queue, Destination from, RetryPolicy policy) => new(queue, from, policy, _metrics, _logger, _time);

    private async Task<IAsyncDisposable> SubscribeAsync<T>(
        IReadOnlyList<ConsumedQueue<T>> queues, Func<QueueConsumer<T>[], IAsyncDisposable?> balance, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        cancellationToken.ThrowIfCancellationRequested();
        var consumers = queues.Select(queue => new QueueConsumer<T>(queue, _consumeLink.Value, _options, _metrics, _logger, _time)).ToArray();
        var subscription = new RabbitSubscription(consumers, balance(consumers), gone => _subscriptions.TryRemove(gone, out _));
        _subscriptions.TryAdd(subscription, 0);
        try
        {
            await subscription.AttachedAsync(cancellationToken);
            return subscription;
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }
    }
}
