using System.Threading.RateLimiting;
using Microservices.Dispatcher.Endpoints;
using Microservices.Dispatcher.Metrics;
using Microservices.Hosting.Listening;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.RateLimiting;

/// <summary>One token bucket for each of a fixed number of partitions, which addresses are spread over with a seed of this process.</summary>
internal sealed class PerAddressPolicy(IOptions<RateLimitOptions> options, DispatcherMetrics metrics) : IRateLimiterPolicy<int>
{
    private const int NoLimit = -1;

    private readonly RateLimitOptions _options = options.Value;

    public Func<OnRejectedContext, CancellationToken, ValueTask>? OnRejected => (rejected, _) =>
    {
        metrics.RateLimited();
        var retryAfter = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        return new ValueTask(OpenProblem.WriteAsync(
            rejected.HttpContext,
            ProblemCodes.RateLimited,
            $"More than {_options.RequestsPerSecond} requests a second from this address.",
            retryAfter: retryAfter));
    };

    public RateLimitPartition<int> GetPartition(HttpContext httpContext)
    {
        if (!_options.Enabled || httpContext.Connection.RemoteIpAddress is not { } address)
        {
            return RateLimitPartition.GetNoLimiter(NoLimit);
        }

        return RateLimitPartition.GetTokenBucketLimiter(AddressPartition.Of(address, _options.Partitions), _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = Math.Max(_options.Burst, _options.RequestsPerSecond),
            TokensPerPeriod = _options.RequestsPerSecond,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        });
    }
}
