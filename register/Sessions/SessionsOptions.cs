namespace Microservices.Register.Sessions;

/// <summary>What is kept of sessions that have ended. Section <c>Sessions</c>.</summary>
public sealed class SessionsOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Sessions";

    /// <summary>For how long it is known when and why the latest session of a user ended, and which epochs may not come back. Default 30 days.</summary>
    public TimeSpan KeepEnded { get; set; } = TimeSpan.FromDays(30);

    /// <summary>For how long after its end a session can be resumed with a ticket. Default 10 min.</summary>
    public TimeSpan ResumeWindow { get; set; } = TimeSpan.FromMinutes(10);
}
