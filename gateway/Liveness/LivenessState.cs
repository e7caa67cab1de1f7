namespace Microservices.Gateway.Liveness;

/// <summary>
/// The state machine of a session's liveness, without clock: it is told of each period that has passed, with a beat in it or missed.
/// Its table stands in docs/liveness.md; a test compares the two.
/// </summary>
/// <param name="Phase">Where the session stands.</param>
/// <param name="Cursor">Missed periods raise it, beats lower it.</param>
/// <param name="Strikes">How often the cursor was full since the session was last steady.</param>
/// <param name="AwayMs">For how long it has been away.</param>
internal readonly record struct LivenessState(LivenessPhase Phase, byte Cursor, byte Strikes, uint AwayMs)
{
    /// <summary>A session that begins.</summary>
    public static LivenessState Begin(LivenessRules rules) => new(LivenessPhase.Alive, rules.Start, 0, 0);

    /// <summary>A period of <paramref name="lastedMs"/> with at least one beat.</summary>
    public LivenessState Beat(LivenessRules rules, uint lastedMs)
    {
        if (Phase == LivenessPhase.Closed)
        {
            return this;
        }

        return Cursor <= rules.Floor + 1
            ? new LivenessState(LivenessPhase.Alive, rules.Floor, 0, 0)
            : this with { Cursor = (byte)(Cursor - 1), AwayMs = AwayAfter(lastedMs) };
    }

    /// <summary>A period of <paramref name="lastedMs"/> without a beat.</summary>
    public LivenessState Missed(LivenessRules rules, uint lastedMs)
    {
        if (Phase == LivenessPhase.Closed)
        {
            return this;
        }

        var awayMs = AwayAfter(lastedMs);
        if (Phase == LivenessPhase.Away && awayMs >= rules.AwayMs)
        {
            return this with { Phase = LivenessPhase.Closed, AwayMs = awayMs };
        }

        if (Cursor + 1 < rules.Threshold)
        {
            return this with { Cursor = (byte)(Cursor + 1), AwayMs = awayMs };
        }

        if (Phase == LivenessPhase.Away)
        {
            return this with { Cursor = rules.Start, AwayMs = awayMs };
        }

        if (Strikes + 1 < rules.StrikeLimit)
        {
            return this with { Cursor = rules.Start, Strikes = (byte)(Strikes + 1) };
        }

        return new LivenessState(rules.AwayMs > 0 ? LivenessPhase.Away : LivenessPhase.Closed, rules.Start, rules.StrikeLimit, 0);
    }

    /// <summary>The same state under other rules: what has no place in them is cut down to what has.</summary>
    public LivenessState Under(LivenessRules rules) => this with
    {
        Cursor = Math.Clamp(Cursor, rules.Floor, (byte)(rules.Threshold - 1)),
        Strikes = Phase == LivenessPhase.Alive ? Math.Min(Strikes, (byte)(rules.StrikeLimit - 1)) : rules.StrikeLimit,
    };

    private uint AwayAfter(uint lastedMs) => Phase == LivenessPhase.Away ? (uint)Math.Min((ulong)AwayMs + lastedMs, uint.MaxValue) : 0;
}
