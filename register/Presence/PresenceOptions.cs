namespace Microservices.Register.Presence;

/// <summary>The way of presence events from the store to the bus. Section <c>Presence</c>.</summary>
public sealed class PresenceOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Presence";

    /// <summary>How many partitions this register relays at a time. Default 8.</summary>
    public int Workers { get; set; } = 8;

    /// <summary>How long an event waits for others to be relayed with. Default 10 ms.</summary>
    public TimeSpan Coalesce { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>
    /// For how long a partition, or a dead room that is swept, is held for a register that doesn't go on with it: so late at most its events come
    /// when that register died, and longer than the bus takes to refuse. Default 5 s.
    /// </summary>
    public TimeSpan Hold { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many sessions of dead rooms are ended in a second, each an event. Default 10,000.</summary>
    public int SweptPerSecond { get; set; } = 10_000;
}
