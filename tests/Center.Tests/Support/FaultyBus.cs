using Microservices.Bus;
using Microservices.Contracts.Bus;

namespace Microservices.Center.Tests.Support;

/// <summary>A real bus whose publishes a test can make fail.</summary>
internal sealed class FaultyBus(IBus bus) : IBus
{
    /// <summary>The outcome of a publish to a room (null = to all rooms), in place of the publish; null = publish.</summary>
    public Func<ulong?, RoomMessage, PublishOutcome?> Fault { get; set; } = static (_, _) => null;

    /// <summary>Until it completes the bus is away for those who subscribe to presence.</summary>
    public Task PresenceMayBegin { get; set; } = Task.CompletedTask;

    /// <summary>How often a presence event arrives: 0 = it is lost.</summary>
    public Func<PresenceEvent, int> PresenceTimes { get; set; } = static _ => 1;

    public bool IsConnected => bus.IsConnected;

    public ValueTask<PublishOutcome> PublishToRoomAsync(ulong incarnation, RoomMessage message, CancellationToken cancellationToken) =>
        Fault(incarnation, message) is { } fault ? ValueTask.FromResult(fault) : bus.PublishToRoomAsync(incarnation, message, cancellationToken);

    public ValueTask<PublishOutcome> PublishToAllRoomsAsync(RoomMessage message, CancellationToken cancellationToken) =>
        Fault(null, message) is { } fault ? ValueTask.FromResult(fault) : bus.PublishToAllRoomsAsync(message, cancellationToken);

    public ValueTask<PublishOutcome> PublishUplinkAsync(UplinkMessage message, CancellationToken cancellationToken) => bus.PublishUplinkAsync(message, cancellationToken);

    public async ValueTask<PublishOutcome> PublishPresenceAsync(PresenceEvent change, CancellationToken cancellationToken)
    {
        var outcome = PublishOutcome.Accepted;
        for (var times = PresenceTimes(change); times > 0; times--)
        {
            outcome = await bus.PublishPresenceAsync(change, cancellationToken);
        }

        return outcome;
    }

    public async Task<IAsyncDisposable> SubscribePresenceAsync(IPresenceConsumer consumer, CancellationToken cancellationToken)
    {
        await PresenceMayBegin.WaitAsync(cancellationToken);
        return await bus.SubscribePresenceAsync(consumer, cancellationToken);
    }

    public Task<IAsyncDisposable> ConsumeRoomAsync(ulong incarnation, IRoomConsumer consumer, CancellationToken cancellationToken) =>
        bus.ConsumeRoomAsync(incarnation, consumer, cancellationToken);

    public Task<IAsyncDisposable> ConsumeUplinkAsync(UplinkBatchHandler handler, CancellationToken cancellationToken) => bus.ConsumeUplinkAsync(handler, cancellationToken);

    public ValueTask DisposeAsync() => bus.DisposeAsync();
}
