namespace Microservices.Gateway.Rooms;

/// <summary>How long the room waits for register, measured by the lease: several attempts must fit into it.</summary>
internal static class LeaseTimes
{
    /// <summary>The longest that an answer is waited for; also the first one's, before the length of a lease is known.</summary>
    public static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan ShortestAnswer = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestProof = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>A register that is silent for so long is given up: another one still has most of the lease time to answer.</summary>
    public static TimeSpan Answer(TimeSpan lease) => lease == TimeSpan.Zero
        ? LongestAnswer
        : TimeSpan.FromTicks(Math.Clamp(lease.Ticks / 4, Math.Min(ShortestAnswer.Ticks, lease.Ticks / 2), LongestAnswer.Ticks));

    /// <summary>The longest pause between two attempts.</summary>
    public static TimeSpan Pause(TimeSpan lease) => lease == TimeSpan.Zero
        ? TimeSpan.MaxValue
        : TimeSpan.FromTicks(Math.Max(lease.Ticks / 10, ShortestPause.Ticks));

    /// <summary>For how long attempts must have failed before register counts as away: longer than a channel waits between two connects.</summary>
    public static TimeSpan ProofOfAbsence(TimeSpan lease) => TimeSpan.FromTicks(Math.Min(lease.Ticks / 4, LongestProof.Ticks));
}
