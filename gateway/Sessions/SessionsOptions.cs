using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Sessions;

/// <summary>How sessions are claimed and ended. Section <c>Sessions</c>.</summary>
public sealed class SessionsOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Sessions";

    /// <summary>The most logins that wait for register; further ones are told to back off. Default 20,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxWaitingLogins { get; set; } = 20_000;

    /// <summary>How many logins a second go to register in the long run; 0 = as many as come. Further ones wait. Default 5,000.</summary>
    [Range(0, 1_000_000)]
    public int LoginsPerSecond { get; set; } = 5_000;

    /// <summary>How many may go at once after a pause; at least what 20 ms bring. Default 5,000.</summary>
    [Range(1, 1_000_000)]
    public int LoginBurst { get; set; } = 5_000;

    /// <summary>A login that would wait for longer, or longer than its verify deadline, is told at once when to come back. Default 8 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan MaxLoginWait { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>The most logins, ends, reports of states or renewed claims that share one call to register. Default 256.</summary>
    [Range(1, 1_000)]
    public int MaxBatch { get; set; } = 256;

    /// <summary>How many calls with logins are under way at once. Default 4.</summary>
    [Range(1, 64)]
    public int ConcurrentLoginCalls { get; set; } = 4;

    /// <summary>The deadline of one call to register. Default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.050", "00:01:00")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The pause before logins that register did not answer are tried again. Default 0.5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan RetryPause { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a login that register does not answer is tried again before the client is told to come later. Clients of the chat protocol can't be told: they wait for their verify deadline. Default 3 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan LoginPatience { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The least that a client that is told to come later is told to wait; up to half more at random. Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:10:00")]
    public TimeSpan RetryAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The most that it is told, before what is added at random. Default 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "01:00:00")]
    public TimeSpan MaxRetryAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The most ends of sessions that wait for register, more than there are connections: a session whose end doesn't fit counts as online until the room looks for lost ones, or its lease ends. Default 100,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxWaitingEnds { get; set; } = 100_000;

    /// <summary>The most sessions whose state is still to be told to register; a further one is told at its next change. Default 100,000.</summary>
    [Range(1, 10_000_000)]
    public int MaxWaitingReports { get; set; } = 100_000;

    /// <summary>How many sessions a second are claimed again after the lease was lost, or the store its data. Default 5,000.</summary>
    [Range(1, 1_000_000)]
    public int ReclaimsPerSecond { get; set; } = 5_000;
}

[OptionsValidator]
internal sealed partial class SessionsOptionsValidator : IValidateOptions<SessionsOptions>;
