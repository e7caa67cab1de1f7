namespace Microservices.Protocol;

/// <summary>Error and close reasons: the rows of proto/codes.csv. A test compares the two.</summary>
public enum Code
{
    /// <summary>No code.</summary>
    None = 0,

    /// <summary>The gateway shuts down or drains.</summary>
    GoingAway = 3000,

    /// <summary>Nothing came from the client within the app's silence limit.</summary>
    HeartbeatTimeout = 3001,

    /// <summary>The session could not be claimed again after the gateway lost its lease.</summary>
    SessionLost = 3002,

    /// <summary>The client read too slowly for too long; its outbox was full.</summary>
    SlowConsumer = 3003,

    /// <summary>The link broke; never sent.</summary>
    ConnectionLost = 3004,

    /// <summary>A fault of the server.</summary>
    InternalError = 3005,

    /// <summary>A message was not acknowledged in time.</summary>
    AckTimeout = 3006,

    /// <summary>The gateway is at its limit of connections or logins; try again after the time that it names.</summary>
    Overloaded = 3500,

    /// <summary>Too many connections from this address.</summary>
    TooManyConnections = 3501,

    /// <summary>Connections came too fast from this address.</summary>
    ConnectionRateExceeded = 3502,

    /// <summary>No verify succeeded before the deadline.</summary>
    VerifyTimeout = 3503,

    /// <summary>A part that the request needs is away; try again after the time that is named.</summary>
    Unavailable = 3504,

    /// <summary>The same user (or device) logged in elsewhere.</summary>
    Displaced = 4000,

    /// <summary>An operator or an internal app closed the session.</summary>
    Kicked = 4001,

    /// <summary>The user's token was revoked.</summary>
    TokenRevoked = 4002,

    /// <summary>The client said goodbye.</summary>
    Goodbye = 4003,

    /// <summary>The client's network is not admitted.</summary>
    AddressDenied = 4004,

    /// <summary>The signed token has expired; get a new one and connect again.</summary>
    TokenExpired = 4005,

    /// <summary>A frame longer than the limit.</summary>
    FrameTooLarge = 4010,

    /// <summary>A frame whose length is under its header's 12 bytes.</summary>
    FrameTooShort = 4011,

    /// <summary>A body that does not parse.</summary>
    MalformedBody = 4012,

    /// <summary>A version between 3 and 99; the range that is spoken is named.</summary>
    UnsupportedVersion = 4013,

    /// <summary>What was sent on a WebSocket is not what RFC 6455 allows; its close status is 1002.</summary>
    WebSocketProtocol = 4014,

    /// <summary>A text message of a WebSocket that is not UTF-8; its close status is 1007.</summary>
    WebSocketNotUtf8 = 4015,

    /// <summary>A command that the server does not know.</summary>
    UnknownCommand = 4500,

    /// <summary>The command needs a verified session.</summary>
    NotVerified = 4501,

    /// <summary>A second verify on a verified connection.</summary>
    AlreadyVerified = 4502,

    /// <summary>User and token do not fit.</summary>
    WrongToken = 4503,

    /// <summary>There is no such app.</summary>
    UnknownApp = 4504,

    /// <summary>The app's policy or the key's scope does not allow it.</summary>
    Forbidden = 4505,

    /// <summary>A field is missing, too long or malformed.</summary>
    InvalidArgument = 4506,

    /// <summary>A recipient is offline and the message is not kept.</summary>
    NotDelivered = 4507,

    /// <summary>More recipients than the limit.</summary>
    TooManyRecipients = 4508,

    /// <summary>A payload or content longer than the limit.</summary>
    PayloadTooLarge = 4509,

    /// <summary>A payload that is not UTF-8 text for a client of the chat protocol.</summary>
    NotText = 4510,

    /// <summary>Requests come too fast.</summary>
    RateLimited = 4511,

    /// <summary>The gateway that held the recipient is gone.</summary>
    RoomGone = 4512,

    /// <summary>A part that the request needs is away.</summary>
    TryLater = 4513,

    /// <summary>The API key is missing or unknown.</summary>
    Unauthenticated = 4514,

    /// <summary>There is no such thing.</summary>
    NotFound = 4515,

    /// <summary>The stored revision is another one.</summary>
    Conflict = 4516,

    /// <summary>No more of these can be stored.</summary>
    LimitReached = 4517,

    /// <summary>A position that was not sent on this connection or that its channel has not reached.</summary>
    UnknownPosition = 4518,

    /// <summary>There is no such channel.</summary>
    UnknownChannel = 4519,

    /// <summary>The inbox is at its limit of messages or bytes.</summary>
    InboxFull = 4520,

    /// <summary>The message key was used for another message.</summary>
    KeyReused = 4521,

    /// <summary>Sent as often as the app allows and never acknowledged: a dead letter.</summary>
    NotAcknowledged = 4522,

    /// <summary>The app has a session on this connection already.</summary>
    AlreadyBound = 4523,

    /// <summary>The app has no session on this connection.</summary>
    NotBound = 4524,

    /// <summary>More apps on one connection than the limit.</summary>
    TooManyApps = 4525,

    /// <summary>The resource does not take this HTTP method.</summary>
    MethodNotAllowed = 4530,

    /// <summary>An HTTP request body longer than the limit.</summary>
    RequestTooLarge = 4531,

    /// <summary>An HTTP request body that is not declared as JSON.</summary>
    UnsupportedMediaType = 4532,

    /// <summary>An HTTP request body that is not JSON or is nested too deep.</summary>
    MalformedJson = 4533,

    /// <summary>The stored revision is not the one that the HTTP request requires.</summary>
    PreconditionFailed = 4534,

    /// <summary>The HTTP request body came too slowly.</summary>
    RequestTimeout = 4535,
}
