using Microservices.Bus;
using Microservices.Contracts.Bus;

namespace Microservices.Center.Tests.Support;

/// <summary>A bus that notes what is published and answers as the test says. Its uplink is fed by the test.</summary>
internal sealed class ScriptedBus : IBus
{
    private readonly Lock _sync = new();
    private readonly List<(ulong? Room, RoomMessage Message, PublishOutcome Outcome)> _published = [];

    /// <summary>The outcome of a publish to a room; null = to all rooms.</summary>
    public Func<ulong?, RoomMessage, PublishOutcome> Outcome { get; set; } = static (_, _) => PublishOutcome.Accepted;

    /// <summary>Awaited before the outcome of a publish.</summary>
    public Func<ulong?, Task> Taking { get; set; } = static _ => Task.CompletedTask;

    public bool IsConnected { get; set; } = true;

    /// <summary>Everything that was published, in order, with what became of it.</summary>
    public IReadOnlyList<(ulong? Room, RoomMessage Message, PublishOutcome Outcome)> Published
    {
        get
        {
            lock (_sync)
            {
                return [.. _published];
            }
        }
    }

    public IEnumerable<RoomMessage> To(ulong? room) =>
        Published.Where(one => one.Room == room && one.Outcome == PublishOutcome.Accepted).Select(one => one.Message);

    public ValueTask<PublishOutcome> PublishToRoomAsync(ulong incarnation, RoomMessage message, CancellationToken cancellationToken) => Publish(incarnation, message);

    public ValueTask<PublishOutcome> PublishToAllRoomsAsync(RoomMessage message, CancellationToken cancellationToken) => Publish(null, message);

    public ValueTask<PublishOutcome> PublishUplinkAsync(UplinkMessage message, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<PublishOutcome> PublishPresenceAsync(PresenceEvent change, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IAsyncDisposable> SubscribePresenceAsync(IPresenceConsumer consumer, CancellationToken cancellationToken) => Task.FromResult<IAsyncDisposable>(this);

    public Task<IAsyncDisposable> ConsumeRoomAsync(ulong incarnation, IRoomConsumer consumer, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<IAsyncDisposable> ConsumeUplinkAsync(UplinkBatchHandler handler, CancellationToken cancellationToken) => Task.FromResult<IAsyncDisposable>(this);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async ValueTask<PublishOutcome> Publish(ulong? room, RoomMessage message)
    {
        await Taking(room);
        lock (_sync)
        {
            var outcome = Outcome(room, message);
            _published.Add((room, message, outcome));
            return outcome;
        }
    }
}
