namespace Microservices.Register.Resume;

/// <summary>The keys that sign resume tickets. Section <c>Resume</c>.</summary>
public sealed class ResumeOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Resume";

    /// <summary>How long a key signs until another follows it. Default 24 h.</summary>
    public TimeSpan RotateEvery { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a key verifies, counted from when it was made: no ticket of it may be valid any longer. Default 7 days.</summary>
    public TimeSpan KeepKeys { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How often the keys are read from the store.</summary>
    internal TimeSpan RefreshEvery => RotateEvery / 4 is var quarter && quarter < MaxRefresh ? quarter : MaxRefresh;

    private static TimeSpan MaxRefresh => TimeSpan.FromSeconds(5);
}
