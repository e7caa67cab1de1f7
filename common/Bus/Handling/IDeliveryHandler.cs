namespace Microservices.Bus.Handling;

/// <summary>What is done with the messages of one queue.</summary>
internal interface IDeliveryHandler<T>
{
    /// <summary>Handles messages in their order.</summary>
    /// <param name="messages">Valid until it returns.</param>
    /// <param name="refused">Takes the indexes of those that are given up.</param>
    /// <param name="tokens">When to stop.</param>
    /// <returns>How many, from the first, are finished (done or refused); not all only when the consumer stops.</returns>
    ValueTask<int> HandleAsync(IReadOnlyList<T> messages, ICollection<int> refused, HandlingTokens tokens);

    /// <summary>
    /// Messages may have been lost: consuming begins (again), the queue dropped some, or some couldn't be read. Called between calls of
    /// <see cref="HandleAsync"/>.
    /// </summary>
    void Interrupted()
    {
        // Most handlers are for messages whose sender learns of a loss, or doesn't mind.
    }
}
