namespace Microservices.Client.Apps;

/// <summary>What became of a further app.</summary>
public enum AppPhase
{
    /// <summary>It has a session on the connection.</summary>
    Bound,

    /// <summary>It has none at the moment; the client binds it again.</summary>
    Waiting,

    /// <summary>It has none, and the client does not bind it again: it was unbound, or a reason said stop.</summary>
    Ended,
}
