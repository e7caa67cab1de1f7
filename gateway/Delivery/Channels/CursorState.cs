namespace Microservices.Gateway.Delivery.Channels;

/// <summary>What register is to be told of a session's cursors.</summary>
[Flags]
internal enum CursorState
{
    None = 0,

    /// <summary>The inbox's has moved.</summary>
    Inbox = 1,

    /// <summary>That of "all" has moved …</summary>
    All = 2,

    /// <summary>… and is told with the next call.</summary>
    AllIsDue = 4,

    /// <summary>The session waits for a call.</summary>
    Queued = 8,

    /// <summary>The session waits until its cursor of "all" is due.</summary>
    Later = 16,
}
