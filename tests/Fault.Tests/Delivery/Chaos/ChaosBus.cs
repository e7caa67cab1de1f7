using Microservices.Bus;
using Microservices.Contracts.Bus;

namespace Microservices.Fault.Tests.Delivery.Chaos;

/// <summary>A bus that drops, repeats and reorders what it brings to rooms, on purpose.</summary>
internal sealed class ChaosBus(IBus inner, ChaosDice dice) : IBus
{
    public bool IsConnected => inner.IsConnected;

    public async Task<IAsyncDisposable> ConsumeRoomAsync(ulong incarnation, IRoomConsumer consumer, CancellationToken cancellationToken)
    {
        var room = new ChaosRoom(consumer, dice);
        return room.With(await inner.ConsumeRoomAsync(incarnation, room, cancellationToken));
    }

    public ValueTask<PublishOutcome> PublishToRoomAsync(ulong incarnation, RoomMessage message, CancellationToken cancellationToken) =>
        inner.PublishToRoomAsync(incarnation, message, cancellationToken);

    public ValueTask<PublishOutcome> PublishToAllRoomsAsync(RoomMessage message, CancellationToken cancellationToken) =>
        inner.PublishToAllRoomsAsync(message, cancellationToken);

    public ValueTask<PublishOutcome> PublishUplinkAsync(UplinkMessage message, CancellationToken cancellationToken) =>
        inner.PublishUplinkAsync(message, cancellationToken);

    public ValueTask<PublishOutcome> PublishPresenceAsync(PresenceEvent change, CancellationToken cancellationToken) =>
        inner.PublishPresenceAsync(change, cancellationToken);

    public Task<IAsyncDisposable> SubscribePresenceAsync(IPresenceConsumer consumer, CancellationToken cancellationToken) =>
        inner.SubscribePresenceAsync(consumer, cancellationToken);

    public Task<IAsyncDisposable> ConsumeUplinkAsync(UplinkBatchHandler handler, CancellationToken cancellationToken) =>
        inner.ConsumeUplinkAsync(handler, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
