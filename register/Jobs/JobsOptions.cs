namespace Microservices.Register.Jobs;

/// <summary>Work that outlives the center that began it. Section <c>Jobs</c>.</summary>
public sealed class JobsOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Jobs";

    /// <summary>How long a job that has ended can be asked for. Default 24 h.</summary>
    public TimeSpan KeepEnded { get; set; } = TimeSpan.FromHours(24);
}
