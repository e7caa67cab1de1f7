using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Connections;

/// <summary>Limits and deadlines of a connection. Section <c>Connections</c>.</summary>
public sealed class ConnectionOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Connections";

    /// <summary>From the accept to a verify that succeeds. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan VerifyTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many verifies may fail on one connection. Default 10.</summary>
    [Range(1, 1_000)]
    public int MaxVerifyAttempts { get; set; } = 10;

    /// <summary>How long the peer may take to read the last frame and close, before the connection is cut. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most bytes that may wait for a peer on one connection; what comes over it is dropped. Hazard: times the number of slow readers, this is memory. Default 262,144.</summary>
    [Range(16_384, 64 * 1024 * 1024)]
    public int MaxPendingBytes { get; set; } = 256 * 1024;

    /// <summary>A peer that takes nothing for this long while bytes wait for it is closed with <c>slow_consumer</c>. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.500", "01:00:00")]
    public TimeSpan SlowConsumerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most error frames a second that one connection is sent; further faults are counted only. Default 10.</summary>
    [Range(1, 10_000)]
    public int MaxErrorsPerSecond { get; set; } = 10;
}

[OptionsValidator]
internal sealed partial class ConnectionOptionsValidator : IValidateOptions<ConnectionOptions>;
