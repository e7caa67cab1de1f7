using System.Collections.Concurrent;
using Microservices.Bus;
using Microservices.Contracts.Bus;

namespace Microservices.Register.Tests.Service;

/// <summary>Keeps what register tells rooms, and its presence events.</summary>
internal sealed class RecordingBus : IBus
{
    public ConcurrentQueue<(ulong Incarnation, RoomMessage Message)> ToRooms { get; } = new();

    public ConcurrentQueue<PresenceEvent> Presence { get; } = new();

    public bool IsConnected { get; set; } = true;

    /// <summary>Decides about each presence event; those that it accepts are kept.</summary>
    public Func<PresenceEvent, Task<PublishOutcome>> Judge { get; set; } = static _ => Task.FromResult(PublishOutcome.Accepted);

    /// <summary>Decides about each message to a room; all are kept.</summary>
    public Func<RoomMessage, PublishOutcome> JudgeRooms { get; set; } = static _ => PublishOutcome.Accepted;

    public ValueTask<PublishOutcome> PublishToRoomAsync(ulong incarnation, RoomMessage message, CancellationToken cancellationToken)
    {
        ToRooms.Enqueue((incarnation, message));
        return ValueTask.FromResult(JudgeRooms(message));
    }

    public ValueTask<PublishOutcome> PublishToAllRoomsAsync(RoomMessage message, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<PublishOutcome> PublishUplinkAsync(UplinkMessage message, CancellationToken cancellationToken) => throw new NotSupportedException();

    public async ValueTask<PublishOutcome> PublishPresenceAsync(PresenceEvent change, CancellationToken cancellationToken)
    {
        var outcome = await Judge(change);
        if (outcome == PublishOutcome.Accepted)
        {
            Presence.Enqueue(change);
        }

        return outcome;
    }

    public Task<IAsyncDisposable> SubscribePresenceAsync(IPresenceConsumer consumer, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IAsyncDisposable> ConsumeRoomAsync(ulong incarnation, IRoomConsumer consumer, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IAsyncDisposable> ConsumeUplinkAsync(UplinkBatchHandler handler, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
