namespace Microservices.Center.Presence;

/// <summary>Those who watch presence. Section <c>Presence</c>.</summary>
internal sealed class PresenceOptions
{
    public const string Section = "Presence";

    /// <summary>How many may watch at this center at the same time. Each holds an HTTP/2 stream. Default 1,000.</summary>
    public int MaxWatchers { get; set; } = 1_000;

    /// <summary>
    /// How many changes wait for a watcher that is slow; with one more they are dropped, and it is told to read again. About 300 bytes each,
    /// which watchers of the same change share. Default 10,000.
    /// </summary>
    public int MaxWaitingChanges { get; set; } = 10_000;

    /// <summary>How long a new watcher waits for this center to hear of changes, before it is told to try later. Default 5 s.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The shortest time from one <c>read_now</c> of a watcher to the next; what calls for more of them meanwhile is told by one, after it.
    /// When the store has lost its data, each of its partitions finds that events are missing. Default 2 s.
    /// </summary>
    public TimeSpan ReadNowEvery { get; set; } = TimeSpan.FromSeconds(2);
}
