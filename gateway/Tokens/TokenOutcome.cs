namespace Microservices.Gateway.Tokens;

/// <summary>What became of a signed token that a client showed. A closed list: each is a tag value of <c>gateway.signed_tokens</c>.</summary>
internal enum TokenOutcome
{
    Good,

    /// <summary>Longer than <c>SignedTokens:MaxTokenBytes</c>.</summary>
    TooLong,

    /// <summary>Not three parts of base64url with JSON objects in the first two, or encrypted, compressed, or with an extension that must be understood.</summary>
    Malformed,

    /// <summary>It names no key, or one that the app doesn't have (any more).</summary>
    UnknownKey,

    /// <summary>It names another algorithm than its key is for.</summary>
    WrongAlgorithm,

    /// <summary>The signature is wrong.</summary>
    Forged,

    /// <summary>Genuine, and without an expiry, a subject or an audience, or with one of the wrong kind.</summary>
    MissingClaim,

    /// <summary>Genuine, and for another audience.</summary>
    OtherAudience,

    /// <summary>Genuine, and of another user or device than the verify names.</summary>
    OtherIdentity,

    /// <summary>Genuine, and valid for longer than the app allows.</summary>
    TooLongLived,

    /// <summary>Genuine, and not valid yet.</summary>
    NotYetValid,

    /// <summary>Genuine, and not valid any more.</summary>
    Expired,

    /// <summary>Genuine, and issued before the one that it is to follow.</summary>
    Older,
}
