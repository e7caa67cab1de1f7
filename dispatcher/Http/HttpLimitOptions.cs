using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.Http;

/// <summary>What a client may ask of the server; section <c>HttpLimits</c>.</summary>
internal sealed class HttpLimitOptions
{
    public const string Section = "HttpLimits";

    /// <summary>Most open connections on the public port; a further one is closed at once. Default 10,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxConnections { get; set; } = 10_000;

    /// <summary>Longest request line, bytes. Default 4,096: room for 32 failed addresses.</summary>
    [Range(256, 65_536)]
    public int MaxRequestLineBytes { get; set; } = 4_096;

    /// <summary>All headers together, bytes. Default 8,192.</summary>
    [Range(1_024, 65_536)]
    public int MaxHeaderBytes { get; set; } = 8_192;

    /// <summary>Most headers. Default 40: browsers send about 20.</summary>
    [Range(10, 200)]
    public int MaxHeaders { get; set; } = 40;

    /// <summary>How long a client may take to send the headers. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection may stay without a request. Default 15 s: a client asks rarely.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(15);
}

[OptionsValidator]
internal sealed partial class HttpLimitOptionsValidator : IValidateOptions<HttpLimitOptions>;
