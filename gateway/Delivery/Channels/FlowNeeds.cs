namespace Microservices.Gateway.Delivery.Channels;

/// <summary>What is to be done after a step of a flow, and what happened in it.</summary>
[Flags]
internal enum FlowNeeds
{
    None = 0,

    /// <summary>Read the log behind <see cref="ChannelFlow.Sent"/> and give the flow the page.</summary>
    Read = 1,

    /// <summary>Look at the flow after the time that a gap is waited for.</summary>
    Look = 2,

    /// <summary><see cref="ChannelFlow.Acknowledged"/> is further than register was told.</summary>
    TellCursor = 4,

    /// <summary>A message is in flight where none was: its acknowledgement is due at some time.</summary>
    WatchAck = 8,

    /// <summary>Tell the flow when nothing waits for the client any more.</summary>
    WatchDrain = 16,

    /// <summary>What came had been sent before.</summary>
    Repeated = 32,

    /// <summary>Something is missing before what came.</summary>
    Gap = 64,

    /// <summary>The client is behind: what comes waits in the log.</summary>
    Behind = 128,

    /// <summary>The client is away: end the gathering after a while.</summary>
    Gather = 256,
}

/// <summary>What became of a client's acknowledgement.</summary>
internal enum AckVerdict
{
    Taken,

    /// <summary>It was acknowledged before.</summary>
    Old,

    /// <summary>Beyond what was sent on this connection.</summary>
    NeverSent,
}
