using Microservices.Protocol;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Tokens;

/// <summary>
/// Checks signed tokens, without a call: form, key, algorithm, signature, then what it says. A check takes up to 100 µs, so it runs on the thread pool,
/// never where a connection is read. What is wrong with a token is counted and not told; a client hears of expiry only, and only of a genuine one's.
/// </summary>
internal sealed class TokenChecks(IOptions<SignedTokenOptions> options, TokenMetrics metrics, TimeProvider time)
{
    /// <summary>The longest signed token, in characters, all of which must be ASCII.</summary>
    public int MaxLength => options.Value.MaxTokenBytes;

    /// <summary>What a client is told.</summary>
    public static Code CodeOf(TokenOutcome outcome) => outcome == TokenOutcome.Expired ? Code.TokenExpired : Code.WrongToken;

    /// <summary>Checks a token and counts what came of it.</summary>
    /// <param name="policy">Of the app.</param>
    /// <param name="user">Whom the verify names.</param>
    /// <param name="device">As the client named it; may be empty.</param>
    /// <param name="token">Anything.</param>
    /// <param name="follows">The token that it is to follow on the same session: an older one doesn't.</param>
    /// <returns>Null: it is not good.</returns>
    public TokenTimes? Check(TokenPolicy policy, string user, string device, string token, TokenTimes? follows, out TokenOutcome outcome)
    {
        var times = Judge(policy, user, device, token, out outcome);
        if (times is not null && times.IssuedMs < follows?.IssuedMs)
        {
            // It may be one of before a revocation that the session's own token came after.
            (times, outcome) = (null, TokenOutcome.Older);
        }

        metrics.Checked(outcome);
        return times;
    }

    private TokenTimes? Judge(TokenPolicy policy, string user, string device, string token, out TokenOutcome outcome)
    {
        if (token.Length > MaxLength)
        {
            outcome = TokenOutcome.TooLong;
            return null;
        }

        if (SignedText.Read(token) is not { } text)
        {
            outcome = TokenOutcome.Malformed;
            return null;
        }

        // The key says which algorithm: a public key is never taken for the secret of another, and "none" is nobody's.
        var key = policy.Find(text.KeyId);
        if (key is null || key.Algorithm != text.Algorithm || !key.HasSigned(text.Signed, text.Signature))
        {
            outcome = key is null ? TokenOutcome.UnknownKey : key.Algorithm != text.Algorithm ? TokenOutcome.WrongAlgorithm : TokenOutcome.Forged;
            return null;
        }

        if (TokenClaims.Read(text.Payload) is not { } claims)
        {
            outcome = TokenOutcome.MissingClaim;
            return null;
        }

        // Without iat: as if it had been issued as early as its expiry allows.
        var times = new TokenTimes(claims.IssuedMs ?? Math.Max(0, claims.ExpiresMs - policy.MaxLifetimeMs), claims.ExpiresMs);
        outcome = Judge(policy, user, device, claims, times);
        return outcome == TokenOutcome.Good ? times : null;
    }

    private TokenOutcome Judge(TokenPolicy policy, string user, string device, TokenClaims claims, TokenTimes times)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var latest = now + policy.ClockSkewMs;
        return !claims.Audiences.Any(policy.IsFor) ? TokenOutcome.OtherAudience
            : claims.Subject != user || (claims.Device is { } named && named != device) ? TokenOutcome.OtherIdentity
            : times.ExpiresMs - times.IssuedMs > policy.MaxLifetimeMs || times.ExpiresMs > latest + policy.MaxLifetimeMs ? TokenOutcome.TooLongLived
            : times.ExpiresMs <= now || times.ExpiresMs <= times.IssuedMs ? TokenOutcome.Expired
            : times.IssuedMs > latest || claims.NotBeforeMs > latest ? TokenOutcome.NotYetValid
            : TokenOutcome.Good;
    }
}
