namespace Microservices.Center.Jobs;

/// <summary>Work that outlives the center that began it. Section <c>Jobs</c>.</summary>
internal sealed class JobsOptions
{
    public const string Section = "Jobs";

    /// <summary>How often register is asked for a job that nobody holds; one call. A job that is stored here is begun at once. Default 2 s.</summary>
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Jobs that this center does at the same time. Default 4.</summary>
    public int MaxAtOnce { get; set; } = 4;

    /// <summary>A center that is silent about a job for this long has lost it to another. Default 20 s.</summary>
    public TimeSpan Hold { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How often a watched job is read. Default 500 ms.</summary>
    public TimeSpan WatchEvery { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Streams that watch jobs at the same time; further ones are refused. Default 200.</summary>
    public int MaxWatchers { get; set; } = 200;
}
