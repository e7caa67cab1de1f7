namespace Microservices.Register.Channels;

/// <summary>The look after what is kept: who is nudged, and whether the ledger balances. Section <c>Channels</c>.</summary>
public sealed class ChannelsOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Channels";

    /// <summary>A partition is looked at for due inboxes no more often than this: so late at most a nudge is. Default 5 s.</summary>
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>In how long all partitions are looked at once, for what another register left behind. Default the lease time of rooms.</summary>
    public TimeSpan? SweepEvery { get; set; }

    /// <summary>An inbox that was nudged and isn't acknowledged is due again after this. Default 30 s.</summary>
    public TimeSpan NudgeAgain { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many inboxes of a partition are taken at once. Default 100.</summary>
    public int Batch { get; set; } = 100;

    /// <summary>How many partitions are looked at beside each other; the nudges of these for one room are one message. Default 16.</summary>
    public int PartitionsAtOnce { get; set; } = 16;

    /// <summary>How many inboxes this register nudges in a second. Default 10,000.</summary>
    public int NudgesPerSecond { get; set; } = 10_000;

    /// <summary>How often the ledger of one partition is compared with what is there. Default 15 s: all of them in a good four hours.</summary>
    public TimeSpan AuditEvery { get; set; } = TimeSpan.FromSeconds(15);
}
