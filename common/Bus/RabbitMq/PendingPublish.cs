namespace Microservices.Bus.RabbitMq;

/// <summary>A message on its way, and who waits for its outcome. The first outcome counts.</summary>
internal sealed class PendingPublish(Destination to, string exchange, string routingKey, byte[] body, long started)
    : TaskCompletionSource<PublishOutcome>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    private byte[]? _body = body;

    public Destination To => to;

    public string Exchange => exchange;

    public string RoutingKey => routingKey;

    public int Bytes { get; } = body.Length;

    /// <summary>When it was given to the bus, as a time stamp of the clock.</summary>
    public long Started => started;

    public bool IsSettled => Task.IsCompleted;

    /// <summary>What to send; null once it is settled.</summary>
    public byte[]? Body => _body;

    public bool Settle(PublishOutcome outcome)
    {
        if (!TrySetResult(outcome))
        {
            return false;
        }

        // The object stays in lists until its deadline; its bytes needn't.
        _body = null;
        return true;
    }
}
