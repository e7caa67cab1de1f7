namespace Microservices.Client.Receiving;

/// <summary>What became of a message that arrived.</summary>
internal enum Verdict
{
    /// <summary>It waits for the handler.</summary>
    Queued = 0,

    /// <summary>It waits already, from an earlier connection: that copy is acknowledged on the later one.</summary>
    Repeated = 1,

    /// <summary>Too many wait, and nobody would send it again: it is lost.</summary>
    Dropped = 2,

    /// <summary>Too many wait; the server sends it again on the next connection.</summary>
    Refused = 3,
}
