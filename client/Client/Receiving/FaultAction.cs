namespace Microservices.Client.Receiving;

/// <summary>What a client does when a handler or the cursor store throws. The message is not acknowledged in either case.</summary>
public enum FaultAction
{
    /// <summary>It stops; <see cref="PushClient.Completion"/> throws. The next client begins with that message.</summary>
    Stop = 0,

    /// <summary>It tries again after a pause, without end; messages behind it wait.</summary>
    Retry = 1,
}
