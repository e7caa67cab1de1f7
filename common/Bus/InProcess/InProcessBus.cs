using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Google.Protobuf;
using Microservices.Bus.Handling;
using Microservices.Contracts;
using Microservices.Contracts.Bus;
using Microsoft.Extensions.Logging;

namespace Microservices.Bus.InProcess;

/// <summary>The bus for services that share a process: bounded queues in memory, with the order and the outcomes of the one through RabbitMQ.</summary>
public sealed class InProcessBus : IBus
{
    private readonly BusOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly BusMetrics _metrics;
    private readonly ConcurrentDictionary<ulong, InProcessRoom> _rooms = new();
    private readonly ConcurrentDictionary<InProcessPresence, byte> _presence = new();
    private readonly InProcessUplink[] _uplinks;
    private volatile bool _disposed;

    /// <param name="options">Its limits; what is about RabbitMQ is not looked at.</param>
    /// <param name="logger">Takes what goes wrong.</param>
    /// <param name="meters">The meters of the service; null when several services share the bus.</param>
    /// <param name="time">The clock of retries.</param>
    public InProcessBus(BusOptions options, ILogger<InProcessBus> logger, IMeterFactory? meters = null, TimeProvider? time = null)
    {
        _options = options;
        _logger = logger;
        _time = time ?? TimeProvider.System;
        _metrics = new BusMetrics(meters);
        _uplinks = [.. Enumerable.Range(0, UplinkQueues.Count).Select(_ => new InProcessUplink(options))];
    }

    /// <inheritdoc/>
    public bool IsConnected => !_disposed;

    /// <inheritdoc/>
    public ValueTask<PublishOutcome> PublishToRoomAsync(ulong incarnation, RoomMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _disposed ? Outcome(Destination.Room, PublishOutcome.Unavailable)
            : Outcome(Destination.Room, _rooms.TryGetValue(incarnation, out var room) && Add(room, message) ? PublishOutcome.Accepted : PublishOutcome.NoRoom);
    }

    /// <inheritdoc/>
    public ValueTask<PublishOutcome> PublishToAllRoomsAsync(RoomMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_disposed)
        {
            return Outcome(Destination.AllRooms, PublishOutcome.Unavailable);
        }

        var outcome = PublishOutcome.NoRoom;
        foreach (var (_, room) in _rooms)
        {
            if (Add(room, message))
            {
                outcome = PublishOutcome.Accepted;
            }
        }

        return Outcome(Destination.AllRooms, outcome);
    }

    /// <inheritdoc/>
    public ValueTask<PublishOutcome> PublishUplinkAsync(UplinkMessage message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var uplink = _uplinks[Partition.UplinkQueueOf(message.App, message.User, UplinkQueues.Count)];
        return Outcome(Destination.Uplink, !_disposed && uplink.Queue.TryAdd(message) ? PublishOutcome.Accepted : PublishOutcome.Unavailable);
    }

    /// <inheritdoc/>
    public ValueTask<PublishOutcome> PublishPresenceAsync(PresenceEvent change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_disposed)
        {
            return Outcome(Destination.Presence, PublishOutcome.Unavailable);
        }

        foreach (var (subscription, _) in _presence)
        {
            CountDropped(Destination.Presence, subscription.Add(change));
        }

        return Outcome(Destination.Presence, PublishOutcome.Accepted);
    }

    /// <inheritdoc/>
    public Task<IAsyncDisposable> SubscribePresenceAsync(IPresenceConsumer consumer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed, this);
        var retrying = new Retrying("presence", Destination.Presence, RetryPolicy.Brief, _metrics, _logger, _time);
        var subscription = new InProcessPresence(_options, new PresenceDeliveries(consumer, retrying), gone => _presence.TryRemove(gone, out _));
        _presence.TryAdd(subscription, 0);
        return Task.FromResult<IAsyncDisposable>(subscription);
    }

    /// <inheritdoc/>
    public Task<IAsyncDisposable> ConsumeRoomAsync(ulong incarnation, IRoomConsumer consumer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed, this);
        var retrying = new Retrying($"room.{incarnation:x16}", Destination.Room, RetryPolicy.Brief, _metrics, _logger, _time);
        var room = new InProcessRoom(_options, new RoomDeliveries(consumer, retrying), gone => _rooms.TryRemove(new(incarnation, gone)));
        if (!_rooms.TryAdd(incarnation, room))
        {
            throw new InvalidOperationException($"Room {incarnation:x16} is consumed already.");
        }

        room.Start();
        return Task.FromResult<IAsyncDisposable>(room);
    }

    /// <inheritdoc/>
    public Task<IAsyncDisposable> ConsumeUplinkAsync(UplinkBatchHandler handler, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed, this);
        var consumers = _uplinks.Select((uplink, number) =>
        {
            var retrying = new Retrying($"uplink.{number:D2}", Destination.Uplink, RetryPolicy.Uplink(_options), _metrics, _logger, _time);
            return (IAsyncDisposable)uplink.Consume(new UplinkDeliveries(number, handler, retrying), _options.UplinkPrefetch);
        });
        return Task.FromResult<IAsyncDisposable>(new Subscription([.. consumers]));
    }

    /// <summary>Ends the rooms and subscriptions. What is left in queues is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        foreach (var (_, room) in _rooms)
        {
            await room.DisposeAsync();
        }

        foreach (var (subscription, _) in _presence)
        {
            await subscription.DisposeAsync();
        }

        foreach (var uplink in _uplinks)
        {
            await uplink.DisposeAsync();
        }

        _metrics.Dispose();
    }

    private bool Add(InProcessRoom room, RoomMessage message)
    {
        if (room.TryAdd(message, out var dropped))
        {
            CountDropped(Destination.Room, dropped);
            return true;
        }

        return false;
    }

    private void CountDropped(Destination from, int dropped)
    {
        for (var i = 0; i < dropped; i++)
        {
            _metrics.Dropped(from, DropReason.Overflow);
        }
    }

    private ValueTask<PublishOutcome> Outcome(Destination to, PublishOutcome outcome)
    {
        _metrics.Published(to, outcome, TimeSpan.Zero);
        return ValueTask.FromResult(outcome);
    }
}
