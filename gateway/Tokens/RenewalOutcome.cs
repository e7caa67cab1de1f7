namespace Microservices.Gateway.Tokens;

/// <summary>What became of a verify on a verified connection that a signed token let in. A closed list: each is a tag value of <c>gateway.token_renewals</c>.</summary>
internal enum RenewalOutcome
{
    Renewed,

    /// <summary>The token is not good: <c>gateway.signed_tokens</c> says why.</summary>
    Refused,

    /// <summary>Of another app, user or device.</summary>
    OtherIdentity,

    /// <summary>Earlier than <c>SignedTokens:MinRenewalPause</c> after the one before.</summary>
    RateLimited,
}
