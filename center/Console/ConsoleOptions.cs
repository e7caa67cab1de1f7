namespace Microservices.Center.Console;

/// <summary>The pages for people, on the HTTP port. Section <c>Console</c>.</summary>
internal sealed class ConsoleOptions
{
    public const string Section = "Console";

    /// <summary>A login ends this long after it was made, whatever is done with it. Default 8 h.</summary>
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(8);

    /// <summary>A login that nothing is done with for this long ends. Default 30 min.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// The folder of the keys that seal cookies and forms: the same for all centers behind one address, readable by them only. None: the keys are in the
    /// memory of this center, and its end is the end of all logins. Default none.
    /// </summary>
    public string? KeysFolder { get; set; }

    /// <summary>A proxy in front of the center speaks TLS with browsers: cookies are marked Secure although requests come in plain text. Default false.</summary>
    public bool BehindTls { get; set; }

    /// <summary>The largest form that is read, bytes. A text of 32 KiB and 1,000 recipients need about 0.5 MB. Default 1 MiB.</summary>
    public int MaxFormBytes { get; set; } = 1 << 20;

    /// <summary>How many online sessions one search for a user looks through; it can be continued from there. Default 20,000.</summary>
    public int MaxSearchedSessions { get; set; } = 20_000;

    /// <summary>Searches at the same time; more are refused. Default 8.</summary>
    public int MaxSearches { get; set; } = 8;

    /// <summary>
    /// Sent forms whose answer is remembered, so that a form that comes twice is sent once; and, beside them, as many ended logins, which can't be used again.
    /// Above it the oldest are forgotten. Default 1,000; about 1 KB each, and 100 bytes for each recipient.
    /// </summary>
    public int MaxRemembered { get; set; } = 1_000;
}
