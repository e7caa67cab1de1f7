using Microservices.Client.Cursors;

namespace Microservices.Client.Receiving;

/// <summary>How a client handles and acknowledges what arrives.</summary>
public sealed class ReceiveOptions
{
    /// <summary>Where the client keeps how far it has handled its channels. Default a <see cref="MemoryCursorStore"/> of its own.</summary>
    public ICursorStore Cursors { get; init; } = new MemoryCursorStore();

    /// <summary>Who acknowledges. Default the client, after the handler.</summary>
    public AcknowledgeMode Acknowledge { get; init; } = AcknowledgeMode.AfterHandler;

    /// <summary>What follows when a handler or the store throws. Default <see cref="FaultAction.Stop"/>.</summary>
    public FaultAction OnFault { get; init; } = FaultAction.Stop;

    /// <summary>With <see cref="FaultAction.Retry"/>: the pause before the first try, doubled with each. Default 1 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>With <see cref="FaultAction.Retry"/>: the longest pause. Default 30 s.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How many messages may wait for the handler, kept ones and others each. Beyond it, one that nobody acknowledges is dropped and
    /// counted; a kept one ends the connection, after which it comes again (a gateway sends at most 64 a channel before it waits). Default 10,000.
    /// </summary>
    public int MaxQueuedMessages { get; init; } = 10_000;

    /// <summary>Likewise, bytes. Default 16 MiB.</summary>
    public long MaxQueuedBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// While more messages wait, a cursor is saved and acknowledged at the latest after this time, or after 32 messages; otherwise at once. A
    /// process that is killed sees what it had handled since then again. Default 100 ms.
    /// </summary>
    public TimeSpan AcknowledgeWithin { get; init; } = TimeSpan.FromMilliseconds(100);

    internal void Validate()
    {
        Check.Positive(RetryDelay, nameof(RetryDelay));
        Check.Positive(MaxRetryDelay, nameof(MaxRetryDelay));
        Check.Positive(AcknowledgeWithin, nameof(AcknowledgeWithin));
        Check.That(MaxQueuedMessages > 0, nameof(MaxQueuedMessages), $"{MaxQueuedMessages}; it takes 1 or more");
        Check.That(MaxQueuedBytes > 0, nameof(MaxQueuedBytes), $"{MaxQueuedBytes}; it takes 1 or more");
        Check.That(Enum.IsDefined(Acknowledge), nameof(Acknowledge), $"{Acknowledge}; it takes {nameof(AcknowledgeMode.AfterHandler)} or {nameof(AcknowledgeMode.WhenSent)}");
        Check.That(Enum.IsDefined(OnFault), nameof(OnFault), $"{OnFault}; it takes {nameof(FaultAction.Stop)} or {nameof(FaultAction.Retry)}");
        Check.That(Cursors is not null, nameof(Cursors), "null");
    }
}
