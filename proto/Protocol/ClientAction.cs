namespace Microservices.Protocol;

/// <summary>What a client does about a code.</summary>
public enum ClientAction
{
    /// <summary>Nothing: a request failed, the connection goes on.</summary>
    Continue = 0,

    /// <summary>Connect again, with the usual delays.</summary>
    Reconnect = 1,

    /// <summary>Connect again, not before the time that was named, otherwise with the longest delay.</summary>
    BackOff = 2,

    /// <summary>Stay away until the application says otherwise.</summary>
    Stop = 3,
}
