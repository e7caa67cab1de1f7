namespace Microservices.Gateway.Diagnostics;

/// <summary>Why a message for a client did not reach its outbox, or left it unsent. A closed list: each is a tag value of <c>gateway.drops</c>.</summary>
internal enum DropCause
{
    /// <summary>Too many bytes wait for the client.</summary>
    OutboxFull,

    /// <summary>The connection was closing.</summary>
    Closed,

    /// <summary>The room has no such session, or with another epoch.</summary>
    UnknownSession,

    /// <summary>The session is not claimed for the room's present lease yet.</summary>
    NotClaimed,

    /// <summary>Its time had passed.</summary>
    Expired,

    /// <summary>The bus sent it before.</summary>
    Repeat,

    /// <summary>Not text, for a client of the chat protocol.</summary>
    NotText,

    /// <summary>The encoded frame is over the limit.</summary>
    TooLarge,

    /// <summary>This build does not know its kind.</summary>
    UnknownKind,

    /// <summary>Too much came for a session whose login was not finished.</summary>
    LoginPending,
}
