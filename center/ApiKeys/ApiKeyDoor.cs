using System.Net;
using Microservices.Center.Diagnostics;
using Microservices.Center.Refusals;

namespace Microservices.Center.ApiKeys;

/// <summary>Finds out who calls, by gRPC or HTTP: <c>authorization: Bearer &lt;key&gt;</c>. What the key allows is judged later: <see cref="ApiKeyRights"/>.</summary>
internal sealed class ApiKeyDoor(ApiKeyRing keys, GuessLimit guesses, CenterMetrics metrics, TimeProvider time, ILogger<ApiKeyDoor> logger)
{
    public const string Header = "authorization";

    private const string Scheme = "Bearer ";

    /// <param name="header">The value of the header; null = there is none, or more than one.</param>
    /// <param name="method">What is called, a word of ours: it is logged.</param>
    /// <param name="place">What the caller calls the place of the header.</param>
    /// <exception cref="RefusedException">There is no valid key.</exception>
    public ApiKey Enter(string? header, IPAddress? peer, string method, string place = "metadata")
    {
        var key = header is not null && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? keys.Find(header[Scheme.Length..].Trim())
            : null;
        if (key is null)
        {
            throw Refuse(peer, method, place);
        }

        if (key.IsExpired(time.GetUtcNow()))
        {
            // Only who holds the key learns this.
            metrics.AuthenticationFailed("expired");
            throw new RefusedException(RefusalCode.Unauthenticated, $"API key '{key.Id}' expired at {key.Expires:u}.");
        }

        return key;
    }

    // One answer whether the header, the id or the secret is wrong.
    private RefusedException Refuse(IPAddress? peer, string method, string place)
    {
        if (!guesses.TryFail(peer))
        {
            metrics.AuthenticationFailed("rate_limited");
            return new RefusedException(RefusalCode.RateLimited, "Too many wrong API keys from this address; wait a minute.", TimeSpan.FromMinutes(1));
        }

        metrics.AuthenticationFailed("wrong_key");
        Log.WrongKey(logger, peer, method);
        return new RefusedException(RefusalCode.Unauthenticated, $"This call needs a valid API key in the {place}: authorization: Bearer mk_<id>_<secret>.");
    }
}
