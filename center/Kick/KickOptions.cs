namespace Microservices.Center.Kick;

/// <summary>Kicks as jobs. Section <c>Kick</c>.</summary>
internal sealed class KickOptions
{
    public const string Section = "Kick";

    /// <summary>
    /// Sessions a second that the kick jobs of this center end together. Clients that are kicked may log in again at once: this is the pace of
    /// the logins that follow. Default 5,000.
    /// </summary>
    public int SessionsPerSecond { get; set; } = 5_000;

    /// <summary>
    /// While register says that sessions may be missing (its store lost data, and the gateways claim theirs again), a job goes round again. A job
    /// that is older than this fails then rather than saying that it is done. Longer than register's patience with such gateways. Default 5 min.
    /// </summary>
    public TimeSpan IncompleteLimit { get; set; } = TimeSpan.FromMinutes(5);
}
