using Microservices.Contracts.Bus;

namespace Microservices.Bus;

/// <summary>What is done with presence events. Its members are called one after the other, never beside each other.</summary>
public interface IPresenceConsumer
{
    /// <summary>Takes an event. One that it throws at several times in a row is dropped, which counts as an interruption.</summary>
    /// <param name="change">What happened.</param>
    /// <param name="cancellationToken">Cancelled when the subscription is disposed and out of patience, or its connection is lost.</param>
    ValueTask HandleAsync(PresenceEvent change, CancellationToken cancellationToken);

    /// <summary>
    /// Events may have been lost: the subscription was attached (for the first time, or again after a loss of the bus), its queue ran over, or an
    /// event could not be read. Whoever keeps a copy reads it again now: what is published from now on arrives. Must not block or throw.
    /// </summary>
    void Interrupted();
}
