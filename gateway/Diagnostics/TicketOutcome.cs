namespace Microservices.Gateway.Diagnostics;

/// <summary>What became of a resume ticket that a client showed. A closed list: each is a tag value of <c>gateway.resume_tickets</c>.</summary>
internal enum TicketOutcome
{
    /// <summary>The session was resumed.</summary>
    Resumed,

    /// <summary>The ticket was genuine, and register did not take it: it was used, or the session has been taken over, ended or forgotten.</summary>
    Overtaken,

    /// <summary>Longer than a ticket can be.</summary>
    TooLong,

    /// <summary>Not a ticket, or one of a version that this build does not know.</summary>
    Malformed,

    /// <summary>Signed with a key that is not known (any more).</summary>
    UnknownKey,

    /// <summary>The signature is wrong.</summary>
    Forged,

    /// <summary>Older than <c>Resume:MaxTicketAge</c>, or of the future.</summary>
    Expired,

    /// <summary>The signed token that its session came by has expired.</summary>
    TokenExpired,

    /// <summary>Of another app, user or device than the verify names.</summary>
    OtherIdentity,
}
