using Microservices.Contracts.Bus;

namespace Microservices.Bus;

/// <summary>
/// What carries messages between centers, registers and rooms. Two implementations: RabbitMQ, and one inside a process.
/// Delivery is at least once: a consumer may see a message again after a fault. A message isn't changed any more once it was
/// published, and a handler doesn't change what it gets: inside a process they are the same object.
/// </summary>
public interface IBus : IAsyncDisposable
{
    /// <summary>
    /// True while messages can be published. False means that a publish now waits for the bus, and is
    /// <see cref="PublishOutcome.Unavailable"/> when its deadline passes.
    /// </summary>
    bool IsConnected { get; }

    /// <summary>
    /// Sends to one room. Messages that one caller publishes one after the other (also without awaiting in between) arrive in that order.
    /// </summary>
    /// <returns>
    /// Never throws for an expected fault: see <see cref="PublishOutcome"/>. Completes within the bus's publish timeout. Cancelled, it throws
    /// <see cref="OperationCanceledException"/>, and the message may yet arrive.
    /// </returns>
    ValueTask<PublishOutcome> PublishToRoomAsync(ulong incarnation, RoomMessage message, CancellationToken cancellationToken);

    /// <summary>Sends to all rooms. No room is not a fault: <see cref="PublishOutcome.NoRoom"/>.</summary>
    ValueTask<PublishOutcome> PublishToAllRoomsAsync(RoomMessage message, CancellationToken cancellationToken);

    /// <summary>
    /// Sends up, through the queue that (app, user) hashes to; one sender's messages keep their order. Accepted messages outlive the bus and
    /// wait for a consumer; a full queue refuses more (<see cref="PublishOutcome.Unavailable"/>).
    /// </summary>
    ValueTask<PublishOutcome> PublishUplinkAsync(UplinkMessage message, CancellationToken cancellationToken);

    /// <summary>
    /// Tells of a change of a session to whoever listens: nobody is <see cref="PublishOutcome.Accepted"/> too. Events that one caller publishes
    /// one after the other (also without awaiting in between) arrive in that order. Not kept: a consumer that is away misses it.
    /// </summary>
    ValueTask<PublishOutcome> PublishPresenceAsync(PresenceEvent change, CancellationToken cancellationToken);

    /// <summary>
    /// Consumes all presence events from now on, one at a time and in order, until the returned subscription is disposed. Each subscription has
    /// a queue of its own, which ends with it; one that is full drops its oldest. The consumer is told when events may have been lost.
    /// </summary>
    /// <returns>When the queue stands: what is published from then on arrives. Waits for the bus, until cancelled.</returns>
    Task<IAsyncDisposable> SubscribePresenceAsync(IPresenceConsumer consumer, CancellationToken cancellationToken);

    /// <summary>
    /// Declares the room's queue and consumes it, one message at a time and in order, until the returned subscription is disposed,
    /// which also deletes the queue. Survives the loss of the connection: the queue is declared again. A queue that is full drops its oldest
    /// messages; a message that the consumer refuses several times in a row is dropped. The consumer is told when messages may have been lost.
    /// </summary>
    /// <returns>When the queue stands and messages flow. Waits for the bus, until cancelled.</returns>
    Task<IAsyncDisposable> ConsumeRoomAsync(ulong incarnation, IRoomConsumer consumer, CancellationToken cancellationToken);

    /// <summary>
    /// Consumes uplink queues together with the other consumers of the platform: each queue has one active consumer at a time. A handler
    /// gets the messages that are waiting in one queue as a batch, in their order; they are acknowledged when it has returned, and come again
    /// when it throws. Queues are handled beside each other; one queue's batches one after the other. After several attempts the messages of
    /// a batch are given one by one, and those that are still refused become dead letters. Disposing finishes the batches at hand.
    /// </summary>
    /// <returns>When all queues are attached. Waits for the bus, until cancelled.</returns>
    Task<IAsyncDisposable> ConsumeUplinkAsync(UplinkBatchHandler handler, CancellationToken cancellationToken);
}

/// <summary>
/// Handles a batch (1 to 256 messages) of one uplink queue, 0 to 15. The token is cancelled when the batch is not ours any more: another
/// consumer gets it again. The list is valid until the handler returns.
/// </summary>
public delegate ValueTask UplinkBatchHandler(int queue, IReadOnlyList<UplinkMessage> batch, CancellationToken cancellationToken);

/// <summary>What became of a publish.</summary>
public enum PublishOutcome
{
    /// <summary>A queue has it.</summary>
    Accepted,

    /// <summary>No room has a queue for it: it is gone, or there is none.</summary>
    NoRoom,

    /// <summary>The bus is away or refused it within the publish timeout; it may yet arrive.</summary>
    Unavailable,
}
