namespace Microservices.Gateway.Diagnostics;

/// <summary>How a verify ended. A closed list: each is a tag value of <c>gateway.logins</c>.</summary>
internal enum LoginOutcome
{
    Verified,
    WrongToken,

    /// <summary>A genuine signed token that is not valid any more.</summary>
    TokenExpired,

    UnknownApp,
    Invalid,

    /// <summary>Register was away; the client was told to try later.</summary>
    TryLater,

    /// <summary>The login queue was full.</summary>
    Overloaded,

    /// <summary>The connection ended first.</summary>
    Abandoned,
}
