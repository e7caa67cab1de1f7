using System.Collections.Concurrent;
using Microservices.Bus;
using Microservices.Contracts.Bus;

namespace Microservices.Register.Tests.Service;

/// <summary>Keeps what register tells rooms.</summary>
internal sealed class RecordingBus : IBus
{
    public ConcurrentQueue<(ulong Incarnation, RoomMessage Message)> ToRooms { get; } = new();

    public bool IsConnected => true;

    public ValueTask<PublishOutcome> PublishToRoomAsync(ulong incarnation, RoomMessage message, CancellationToken cancellationToken)
    {
        ToRooms.Enqueue((incarnation, message));
        return ValueTask.FromResult(PublishOutcome.Accepted);
    }

    public ValueTask<PublishOutcome> PublishToAllRoomsAsync(RoomMessage message, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<PublishOutcome> PublishUplinkAsync(UplinkMessage message, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IAsyncDisposable> ConsumeRoomAsync(ulong incarnation, RoomMessageHandler handler, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IAsyncDisposable> ConsumeUplinkAsync(UplinkBatchHandler handler, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
