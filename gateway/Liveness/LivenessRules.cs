namespace Microservices.Gateway.Liveness;

/// <summary>What an app allows of silence. The rule "silent for longer than a limit: cut" is the same machine, set tight.</summary>
internal sealed record LivenessRules
{
    /// <summary>Of the threshold, and of the number of strikes: a byte each per session holds the rest.</summary>
    public const byte MaxThreshold = 100;

    /// <inheritdoc cref="MaxThreshold"/>
    public const byte MaxStrikes = 100;

    private readonly uint _fixedPeriodMs;

    private LivenessRules(uint fixedPeriodMs) => _fixedPeriodMs = fixedPeriodMs;

    /// <summary>Where the cursor stops sinking. There the session is steady.</summary>
    public required byte Floor { get; init; }

    /// <summary>Where the cursor begins, and begins again after a strike.</summary>
    public required byte Start { get; init; }

    /// <summary>At which value the cursor is full.</summary>
    public required byte Threshold { get; init; }

    /// <summary>How many full cursors make the session away.</summary>
    public required byte StrikeLimit { get; init; }

    /// <summary>For how long it may be away, ms; 0 = it is closed at once.</summary>
    public required uint AwayMs { get; init; }

    /// <summary>One beat undoes all that was missed: nothing needs to be looked at before the session's end is due.</summary>
    public bool OneBeatIsEnough => Floor == Start && StrikeLimit == 1 && AwayMs == 0;

    /// <summary>Cut at the first moment at which nothing was heard for <paramref name="silenceLimitMs"/>: two periods of half of it, missed.</summary>
    public static LivenessRules Tight(uint silenceLimitMs) =>
        new((silenceLimitMs / 2) + (silenceLimitMs % 2)) { Floor = 0, Start = 0, Threshold = 2, StrikeLimit = 1, AwayMs = 0 };

    /// <summary>alive ↔ away → closed; a period is the session's own heartbeat interval.</summary>
    public static LivenessRules Patient(byte start, byte threshold, byte strikes, uint awayMs) =>
        new(0) { Floor = 0, Start = start, Threshold = threshold, StrikeLimit = strikes, AwayMs = awayMs };

    /// <summary>How long a period is, ms: a beat that comes a quarter of the interval late is no missed one.</summary>
    public long PeriodMs(uint heartbeatMs) => _fixedPeriodMs > 0 ? _fixedPeriodMs : heartbeatMs + (heartbeatMs / 4L);

    /// <summary>How long a session that has just begun may be silent before it is away, ms; a steady one may be longer.</summary>
    public long SilenceUntilAwayMs(uint heartbeatMs) => PeriodMs(heartbeatMs) * (Threshold - Start) * StrikeLimit;
}
