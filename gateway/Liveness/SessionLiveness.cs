namespace Microservices.Gateway.Liveness;

/// <summary>
/// Tells a session's <see cref="LivenessState"/> of its periods, when somebody looks: until then a beat is nothing but the time at which
/// something was heard. A period begins with what was heard last. Only the wheel's thread looks; others may ask when to look next, and at
/// worst are told too early.
/// </summary>
internal struct SessionLiveness
{
    private LivenessRules _rules;
    private LivenessState _state;
    private long _periodStartMs;

    public SessionLiveness(LivenessRules rules, long nowMs)
    {
        _rules = rules;
        _state = LivenessState.Begin(rules);
        _periodStartMs = nowMs;
    }

    /// <summary>Where the session stood when it was last looked at.</summary>
    public readonly LivenessPhase Phase => _state.Phase;

    /// <summary>Takes in what has passed.</summary>
    /// <param name="rules">The app's rules now.</param>
    /// <param name="heartbeatMs">The session's heartbeat interval.</param>
    /// <param name="heardMs">When something was last heard.</param>
    /// <param name="nowMs">The present, on the same clock.</param>
    public void Look(LivenessRules rules, uint heartbeatMs, long heardMs, long nowMs)
    {
        if (rules != _rules)
        {
            Change(rules, heardMs, nowMs);
        }

        if (heardMs > _periodStartMs)
        {
            _state = _state.Beat(rules, Span(heardMs - _periodStartMs));
            _periodStartMs = heardMs;
        }

        for (var length = LengthMs(rules, heartbeatMs); _state.Phase != LivenessPhase.Closed && _periodStartMs + length <= nowMs; length = LengthMs(rules, heartbeatMs))
        {
            _state = _state.Missed(rules, Span(length));
            _periodStartMs += length;
        }
    }

    /// <summary>When <see cref="Look"/> may find something new if nothing is heard from now on.</summary>
    /// <inheritdoc cref="Look"/>
    public readonly long NextLookMs(LivenessRules rules, uint heartbeatMs, long heardMs)
    {
        if (!rules.OneBeatIsEnough)
        {
            return _periodStartMs + LengthMs(rules, heartbeatMs);
        }

        var period = rules.PeriodMs(heartbeatMs);
        return heardMs > _periodStartMs
            ? heardMs + (period * (rules.Threshold - rules.Floor))
            : _periodStartMs + (period * (rules.Threshold - _state.Cursor));
    }

    /// <summary>The period that runs; where the time of being away ends within it, it ends there.</summary>
    private readonly long LengthMs(LivenessRules rules, uint heartbeatMs)
    {
        var period = rules.PeriodMs(heartbeatMs);
        var left = (long)rules.AwayMs - _state.AwayMs;
        return _state.Phase == LivenessPhase.Away && left > 0 ? Math.Min(period, left) : period;
    }

    private void Change(LivenessRules rules, long heardMs, long nowMs)
    {
        if (rules.OneBeatIsEnough)
        {
            // All that counts is when something was heard last.
            this = new SessionLiveness(rules, heardMs);
        }
        else if (_rules.OneBeatIsEnough)
        {
            // What was no period then is not judged afterwards.
            this = new SessionLiveness(rules, nowMs);
        }
        else
        {
            _state = _state.Under(rules);
            _rules = rules;
        }
    }

    private static uint Span(long ms) => (uint)Math.Min(ms, uint.MaxValue);
}
