namespace Microservices.Register.Apps;

/// <summary>The apps at start. Section <c>Apps</c>.</summary>
public sealed class AppsOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Apps";

    /// <summary>A JSON list of apps (fields as in register.proto, message App) that are stored at start if they aren't there yet. Default none.</summary>
    public string? File { get; set; }

    /// <summary>How often a change by another register is looked for. Default 500 ms.</summary>
    public TimeSpan RefreshEvery { get; set; } = TimeSpan.FromMilliseconds(500);
}
