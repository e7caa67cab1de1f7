namespace Microservices.Gateway.Sessions;

/// <summary>What became of a message for a session whose login is under way.</summary>
internal enum HoldOutcome
{
    /// <summary>It follows the answer.</summary>
    Held,

    /// <summary>Too many are kept already.</summary>
    Full,

    /// <summary>The login has just ended: look the session up again.</summary>
    Settled,
}
