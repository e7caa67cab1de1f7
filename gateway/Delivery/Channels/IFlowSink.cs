namespace Microservices.Gateway.Delivery.Channels;

/// <summary>Where a flow sends, and what it is to know of the world.</summary>
internal interface IFlowSink
{
    /// <summary>The client acknowledges; otherwise what was written is acknowledged.</summary>
    bool Acknowledges { get; }

    /// <summary>Bytes wait for the client to read.</summary>
    bool HasBacklog { get; }

    FlowLimits Limits { get; }

    /// <summary>On the wheel's clock.</summary>
    long NowMs { get; }

    long NowUnixMs { get; }

    SendOutcome Send(LogPosition position, KeptContent content);
}

/// <summary>What became of a message that a flow sent.</summary>
internal enum SendOutcome
{
    /// <summary>It is written, or waits in the outbox.</summary>
    Sent,

    /// <summary>This client can't be sent it, now or later.</summary>
    Skipped,

    /// <summary>Too much waits for the client.</summary>
    Full,

    /// <summary>Nothing is sent there any more.</summary>
    Closed,
}

/// <param name="MaxInFlight">Messages of a channel that a client has not acknowledged; then what comes waits in the log.</param>
/// <param name="MaxInFlightBytes">The same in bytes; one that is larger goes alone.</param>
/// <param name="MaxReordered">Messages of a channel that are kept while an earlier one is missing.</param>
/// <param name="MaxReorderedBytes">The same in bytes.</param>
internal sealed record FlowLimits(int MaxInFlight, int MaxInFlightBytes, int MaxReordered, int MaxReorderedBytes);
