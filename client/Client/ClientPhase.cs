namespace Microservices.Client;

/// <summary>What a <see cref="PushClient"/> is doing.</summary>
public enum ClientPhase
{
    /// <summary>Not started.</summary>
    Idle = 0,

    /// <summary>Looking for a gateway, connecting to it, verifying.</summary>
    Connecting = 1,

    /// <summary>Logged in: messages arrive and can be sent.</summary>
    Verified = 2,

    /// <summary>The connection is lost; the client tries again after <see cref="ClientState.RetryIn"/>.</summary>
    Waiting = 3,

    /// <summary>The end: closed by the application or for a reason that reconnecting does not mend.</summary>
    Stopped = 4,
}
