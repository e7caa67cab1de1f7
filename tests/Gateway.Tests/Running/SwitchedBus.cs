using System.Collections.Concurrent;
using Microservices.Bus;
using Microservices.Contracts.Bus;

namespace Microservices.Gateway.Tests.Running;

/// <summary>A bus that a test can take away, or hold up.</summary>
internal sealed class SwitchedBus(IBus bus) : IBus
{
    private volatile bool _isAway;

    /// <summary>Runs after an uplink message was taken, before it is confirmed.</summary>
    public Func<Task>? OnUplink { get; set; }

    /// <summary>Rooms whose queue was deleted.</summary>
    public ConcurrentQueue<ulong> Deleted { get; } = new();

    public bool IsAway
    {
        get => _isAway;
        set => _isAway = value;
    }

    public bool IsConnected => !_isAway;

    public ValueTask<PublishOutcome> PublishToRoomAsync(ulong incarnation, RoomMessage message, CancellationToken cancellationToken) =>
        bus.PublishToRoomAsync(incarnation, message, cancellationToken);

    public ValueTask<PublishOutcome> PublishToAllRoomsAsync(RoomMessage message, CancellationToken cancellationToken) =>
        bus.PublishToAllRoomsAsync(message, cancellationToken);

    public async ValueTask<PublishOutcome> PublishUplinkAsync(UplinkMessage message, CancellationToken cancellationToken)
    {
        var outcome = _isAway ? PublishOutcome.Unavailable : await bus.PublishUplinkAsync(message, cancellationToken);
        if (OnUplink is { } hook)
        {
            await hook();
        }

        return outcome;
    }

    public ValueTask<PublishOutcome> PublishPresenceAsync(PresenceEvent change, CancellationToken cancellationToken) =>
        bus.PublishPresenceAsync(change, cancellationToken);

    public Task<IAsyncDisposable> SubscribePresenceAsync(IPresenceConsumer consumer, CancellationToken cancellationToken) =>
        bus.SubscribePresenceAsync(consumer, cancellationToken);

    public async Task<IAsyncDisposable> ConsumeRoomAsync(ulong incarnation, IRoomConsumer consumer, CancellationToken cancellationToken)
    {
        while (_isAway)
        {
            await Task.Delay(10, cancellationToken);
        }

        return new Queue(await bus.ConsumeRoomAsync(incarnation, consumer, cancellationToken), () => Deleted.Enqueue(incarnation));
    }

    public Task<IAsyncDisposable> ConsumeUplinkAsync(UplinkBatchHandler handler, CancellationToken cancellationToken) =>
        bus.ConsumeUplinkAsync(handler, cancellationToken);

    public ValueTask DisposeAsync() => bus.DisposeAsync();

    private sealed class Queue(IAsyncDisposable queue, Action deleted) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await queue.DisposeAsync();
            deleted();
        }
    }
}
