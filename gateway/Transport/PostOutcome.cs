namespace Microservices.Gateway.Transport;

/// <summary>What became of a frame that was posted to an outbox.</summary>
internal enum PostOutcome
{
    /// <summary>The system has all of it.</summary>
    Sent,

    /// <summary>It waits, whole or in part, for the peer to read.</summary>
    Waiting,

    /// <summary>Dropped: too much waits already.</summary>
    Full,

    /// <summary>Dropped: nothing is sent here any more.</summary>
    Closed,
}
