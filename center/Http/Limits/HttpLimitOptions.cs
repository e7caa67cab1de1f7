using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Center.Http.Limits;

/// <summary>What a caller may ask of the HTTP port; section <c>HttpLimits</c>.</summary>
internal sealed class HttpLimitOptions
{
    public const string Section = "HttpLimits";

    /// <summary>Most open connections of the HTTP port; a further one is closed at once. Default 1,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 1_000;

    /// <summary>Longest request line, bytes. Default 8,192. Also of the gRPC port.</summary>
    [Range(256, 65_536)]
    public int MaxRequestLineBytes { get; set; } = 8_192;

    /// <summary>All headers together, bytes. Default 16,384. Also of the gRPC port.</summary>
    [Range(1_024, 65_536)]
    public int MaxHeaderBytes { get; set; } = 16_384;

    /// <summary>Most headers. Default 64. Also of the gRPC port.</summary>
    [Range(10, 200)]
    public int MaxHeaders { get; set; } = 64;

    /// <summary>How long a caller may take to send the headers. Default 10 s. Also of the gRPC port.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may stay without a request. Default 130 s. Also of the gRPC port.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>Longest body, bytes. Default 1 MiB: a push to 1,000 users with long names and a payload in base64 has 200 KB.</summary>
    [Range(1_024, 16 * 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 1024 * 1024;

    /// <summary>A body that comes more slowly is refused, bytes a second. Default 240. Also of the gRPC port, but for its streams.</summary>
    [Range(1, 1_000_000)]
    public int MinBodyBytesPerSecond { get; set; } = 240;

    /// <summary>How long a body may begin more slowly. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01.500", "00:05:00")]
    public TimeSpan SlowBodyGrace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How deep objects and lists of a body may be nested, also in fields that nobody knows. Default 16.</summary>
    [Range(4, 64)]
    public int MaxJsonDepth { get; set; } = 16;

    /// <summary>Requests a second that one IPv4 address, or one IPv6 /64 network, may send for long. Default 5,000.</summary>
    [Range(1, 1_000_000)]
    public int RequestsPerSecond { get; set; } = 5_000;

    /// <summary>Requests that it may send at once after a pause. Default 10,000.</summary>
    [Range(1, 10_000_000)]
    public int Burst { get; set; } = 10_000;

    /// <summary>How many counters of requests there are; addresses are spread over them, so that no number of addresses takes more memory. Default 1,024.</summary>
    [Range(1, 1 << 20)]
    public int Partitions { get; set; } = 1_024;

    /// <summary>A stream of events without one says that it is still there, so that a proxy does not end it and a caller who left is noticed. Default 15 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan EventKeepAlive { get; set; } = TimeSpan.FromSeconds(15);
}

[OptionsValidator]
internal sealed partial class HttpLimitOptionsValidator : IValidateOptions<HttpLimitOptions>;
