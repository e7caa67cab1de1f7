namespace Microservices.Gateway.Transport;

/// <summary>
/// The sending side of a link: <i>take what you can now</i> and <i>tell me when you can take more</i>. Bytes only; frames, and whatever a
/// transport puts around them, are the affair of <see cref="Outbox"/>. Used by one thread at a time, under the lock of the outbox.
/// </summary>
internal interface IOutlet
{
    /// <summary>Takes of <paramref name="bytes"/> what it can without waiting; the rest is to be appended to a backlog, of which <see cref="Send"/> is told next.</summary>
    /// <returns>False: the link is broken.</returns>
    bool TrySend(ReadOnlySpan<byte> bytes, out int taken);

    /// <summary>Sends the first part of what waits. One send is under way at a time.</summary>
    /// <returns>True: it is under way, and <see cref="Outbox.OnSent"/> is called when it is done. False: it is done. In both cases <see cref="Taken"/> tells how.</returns>
    bool Send(Backlog backlog);

    /// <summary>How many bytes of the backlog the finished send took; 0: it failed. Asked once for each send.</summary>
    int Taken(Backlog backlog);

    /// <summary>Everything is sent and nothing comes behind it: closes the sending side, so that the peer sees the end.</summary>
    void Finish();
}
