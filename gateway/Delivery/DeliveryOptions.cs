using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Delivery;

/// <summary>Section <c>Delivery</c>.</summary>
public sealed class DeliveryOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Delivery";

    /// <summary>How many message ids are remembered, to drop what the bus sends again after a fault. About 200 bytes each. Default 8,192.</summary>
    [Range(1, 1_000_000)]
    public int RepeatWindow { get; set; } = 8_192;

    /// <summary>The longest frame that is sent to a client, bytes with its header. JSON is longer than what it carries. Default 262,144.</summary>
    [Range(65_536, 16 * 1024 * 1024)]
    public int MaxFrameBytes { get; set; } = 256 * 1024;

    /// <summary>
    /// Broadcasts that are not kept are sent at once, by the thread that brings them, where an app has no more sessions than this: going through them
    /// is done before the next broadcast comes. With more they gather, and leave together. Default 256.
    /// </summary>
    [Range(0, 1_000_000)]
    public int GatherAboveSessions { get; set; } = 256;

    /// <summary>For how long they gather where an app has 5,000 sessions or more; with fewer for less. 0 = only while others leave. Default 5 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan GatherWindow { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The most kept messages of a channel that a client has not acknowledged; what comes then waits in the log. Default 64.</summary>
    [Range(1, 1_000)]
    public int MaxInFlight { get; set; } = 64;

    /// <summary>The same in bytes; a message that is larger is sent alone. Default 262,144.</summary>
    [Range(1_024, 1024 * 1024)]
    public int MaxInFlightBytes { get; set; } = 256 * 1024;

    /// <summary>How long a kept message waits for an earlier one that is missing, before the log is read. Default 50 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan GapWait { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The most messages of a channel that wait so for one client; further ones are read from the log. Default 64.</summary>
    [Range(1, 10_000)]
    public int MaxReordered { get; set; } = 64;

    /// <summary>The same in bytes. Default 262,144.</summary>
    [Range(1_024, 16 * 1024 * 1024)]
    public int MaxReorderedBytes { get; set; } = 256 * 1024;

    /// <summary>How many calls that open channels of sessions are under way at once. Default 2.</summary>
    [Range(1, 64)]
    public int ConcurrentOpens { get; set; } = 2;

    /// <summary>How many calls that read channels for sessions are under way at once. Default 2.</summary>
    [Range(1, 64)]
    public int ConcurrentReads { get; set; } = 2;

    /// <summary>How many calls that read pages for clients that ask for them are under way at once. Default 2.</summary>
    [Range(1, 64)]
    public int ConcurrentFetches { get; set; } = 2;

    /// <summary>How often at most register is told a session's cursor in the channel "all" while the session goes on. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan SharedCursorInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The most messages of an app's channel "all" that are kept in memory for those who are behind. Default 1,000.</summary>
    [Range(1, 100_000)]
    public int AllCacheMessages { get; set; } = 1_000;

    /// <summary>The same in bytes, about: each message counts twice. Default 16 MiB.</summary>
    [Range(64 * 1024, 1024 * 1024 * 1024)]
    public int AllCacheBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>For how long what nobody asks for stays there. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan AllCacheAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>After messages to this room may have been lost on the bus: how many sessions a second have their channels compared with the log. Default 2,000.</summary>
    [Range(1, 1_000_000)]
    public int ResyncsPerSecond { get; set; } = 2_000;

    /// <summary>Kept messages for a client that is away are gathered and sent so often. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan AwayEvery { get; set; } = TimeSpan.FromSeconds(30);
}

[OptionsValidator]
internal sealed partial class DeliveryOptionsValidator : IValidateOptions<DeliveryOptions>;
