using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.RateLimiting;

/// <summary>How often one address may ask; section <c>RateLimit</c>.</summary>
internal sealed class RateLimitOptions
{
    public const string Section = "RateLimit";

    /// <summary>Default true. Behind a proxy all clients have the proxy's address: limit there, and set this to false.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Requests a second that an IPv4 address, or an IPv6 /64 network, may send for long. Default 100: many phones share the address of their carrier.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerSecond { get; set; } = 100;

    /// <summary>Requests that it may send at once after a pause. Default 1,000.</summary>
    [Range(1, 10_000_000)]
    public int Burst { get; set; } = 1_000;

    /// <summary>How many counters there are; addresses are spread over them, so that no number of addresses takes more memory. Default 16,384.</summary>
    [Range(1, 1 << 20)]
    public int Partitions { get; set; } = 16_384;
}

[OptionsValidator]
internal sealed partial class RateLimitOptionsValidator : IValidateOptions<RateLimitOptions>;
