using System.Net;
using System.Threading.RateLimiting;
using Microservices.Center.ApiKeys;
using Microservices.Center.Http.Limits;
using Microservices.Center.Refusals;
using Microservices.Hosting.Listening;
using Microsoft.Extensions.Options;

namespace Microservices.Center.Http;

/// <summary>
/// Who may come in under /v1, in this order: no page of another site; not too often from one address; with an API key as a bearer. Nothing of a body has
/// been read before. A key that browsers keep (a cookie) opens nothing here.
/// </summary>
internal sealed class HttpDoor : IDisposable
{
    private const string FetchSite = "Sec-Fetch-Site";

    private readonly ApiKeyDoor _keys;
    private readonly PartitionedRateLimiter<IPAddress> _requests;

    public HttpDoor(ApiKeyDoor keys, IOptions<HttpLimitOptions> options)
    {
        _keys = keys;
        var limits = options.Value;
        _requests = PartitionedRateLimiter.Create<IPAddress, int>(address => RateLimitPartition.GetTokenBucketLimiter(
            AddressPartition.Of(address, limits.Partitions),
            _ => new TokenBucketRateLimiterOptions
            {
                TokenLimit = Math.Max(limits.Burst, limits.RequestsPerSecond),
                TokensPerPeriod = limits.RequestsPerSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                QueueLimit = 0,
            }));
    }

    /// <summary>Judges what needs no key.</summary>
    /// <exception cref="RefusedException">The request comes from a page of another site, or too many come from its address.</exception>
    public void Admit(HttpContext context)
    {
        if (IsOfAnotherSite(context.Request))
        {
            throw new RefusedException(RefusalCode.Forbidden, "The request comes from a page of another site, which may not call this API.");
        }

        using var lease = _requests.AttemptAcquire(context.Connection.RemoteIpAddress ?? IPAddress.None);
        if (!lease.IsAcquired)
        {
            throw new RefusedException(RefusalCode.RateLimited, "Requests come too fast from this address.", TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Who calls.</summary>
    /// <param name="method">What is called, a word of ours.</param>
    /// <exception cref="RefusedException">There is no valid key.</exception>
    public ApiKey Enter(HttpContext context, string method)
    {
        var header = context.Request.Headers.Authorization;
        return _keys.Enter(header.Count == 1 ? header[0] : null, context.Connection.RemoteIpAddress, method, "headers");
    }

    public void Dispose() => _requests.Dispose();

    // Browsers say where a request comes from and let no page change it; others say nothing.
    private static bool IsOfAnotherSite(HttpRequest request)
    {
        var site = request.Headers[FetchSite];
        if (site.Count > 0)
        {
            return site != "same-origin" && site != "none";
        }

        var origin = request.Headers.Origin;
        return origin.Count > 0
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var page) && string.Equals(page.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
