namespace Microservices.Gateway.Transport;

/// <summary>Who is told of an outbox. Called outside of the outbox's lock, by whoever posts or by the I/O thread: must not block.</summary>
internal interface IOutboxOwner
{
    /// <summary>Bytes began to wait for the peer.</summary>
    void OnBacklog();

    /// <summary>No bytes wait for the peer any more.</summary>
    void OnDrained();

    /// <summary>The link is broken; what waited is lost.</summary>
    void OnSendFailed();
}
