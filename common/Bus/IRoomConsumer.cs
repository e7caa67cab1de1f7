using Microservices.Contracts.Bus;

namespace Microservices.Bus;

/// <summary>What is done with the messages to a room. Its members are called one after the other, never beside each other.</summary>
public interface IRoomConsumer
{
    /// <summary>
    /// Takes a message. Must not block; the message is acknowledged when it returns. One that it throws at several times in a row is dropped,
    /// which counts as an interruption.
    /// </summary>
    /// <param name="message">What came.</param>
    /// <param name="cancellationToken">
    /// Cancelled when the message is not ours any more (the connection is lost, the subscription is disposed and out of patience): the rest of
    /// the work is then for nothing.
    /// </param>
    ValueTask HandleAsync(RoomMessage message, CancellationToken cancellationToken);

    /// <summary>
    /// Messages may have been lost: the queue was attached (for the first time, or again after a loss of the bus or of the queue), it dropped
    /// some (full, or too old), or one could not be read. What is kept elsewhere is to be read again; what is published from now on arrives.
    /// Must not block or throw. May be called more often than something was lost.
    /// </summary>
    void Interrupted();
}
