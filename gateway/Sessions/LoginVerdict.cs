namespace Microservices.Gateway.Sessions;

/// <summary>Whether a login may wait its turn.</summary>
internal enum LoginVerdict
{
    /// <summary>It waits, and is answered.</summary>
    Queued,

    /// <summary>Too many wait, or it would wait for longer than it can.</summary>
    Overloaded,

    /// <summary>Register has not answered for longer than it can wait.</summary>
    TryLater,
}
