using System.Globalization;
using Microservices.Gateway.Apps;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.Transport;
using Microservices.Protocol;

namespace Microservices.Gateway.Connections;

/// <summary>What time does to a connection: the verify deadline, silence, a peer that takes nothing, the deadline of the close.</summary>
internal sealed partial class Connection
{
    /// <summary>Later than any deadline, and far from an overflow.</summary>
    private const long NoDeadlineMs = long.MaxValue / 4;

    // The verify deadline until there is a session, then none until the close, then the deadline of the close. On the wheel's clock.
    private long _deadlineMs;
    private long _heardMs;
    private bool _isPaused;

    /// <summary>The loop does not read at the moment because the server is busy with what the client sent: that is not the client's silence.</summary>
    public void Pause(bool paused)
    {
        Volatile.Write(ref _isPaused, paused);
        var sinceMs = SilentMs;
        Heard();
        if (paused || Session is not { } session)
        {
            return;
        }

        PutOffAcks(session, sinceMs);
        foreach (var bound in Bound)
        {
            PutOffAcks(bound, sinceMs);
        }
    }

    /// <summary>A whole frame came.</summary>
    public void Heard() => Volatile.Write(ref _heardMs, _parts.Wheel.NowMs);

    /// <summary>For how long nothing has been heard, ms.</summary>
    public uint SilentMs => (uint)Math.Clamp(_parts.Wheel.NowMs - Volatile.Read(ref _heardMs), 0, uint.MaxValue);

    /// <summary>A deadline has changed: it is looked at when the earliest one comes.</summary>
    public void WatchDeadline()
    {
        if (!Volatile.Read(ref _ended))
        {
            _parts.Wheel.ScheduleNoLater(this, NextDueMs());
        }
    }

    /// <summary>The app's rules have changed: they are applied at the next tick.</summary>
    public void LookSoon() => _parts.Wheel.ScheduleNoLater(this, _parts.Wheel.NowMs);

    /// <summary>The client may propose an interval, or has one proposed already; the app's bounds as they are now decide.</summary>
    /// <param name="session">This connection's session.</param>
    /// <param name="proposedMs">0 = what was proposed before.</param>
    /// <returns>The interval that holds, ms.</returns>
    public uint AgreeOnHeartbeat(Session session, uint proposedMs)
    {
        if (proposedMs > 0)
        {
            session.ProposedHeartbeatMs = proposedMs;
        }

        var holds = session.App.Policy.Heartbeat(session.ProposedHeartbeatMs);
        if (holds != session.HeartbeatMs)
        {
            session.HeartbeatMs = holds;
            WatchDeadline();
        }

        return holds;
    }

    void IOutboxOwner.OnBacklog() => WatchDeadline();

    void IOutboxOwner.OnDrained()
    {
        if (Session is { } session)
        {
            _parts.Channels.Drained(session);
        }

        foreach (var bound in Bound)
        {
            _parts.Channels.Drained(bound);
        }
    }

    protected internal override void OnDue()
    {
        if (Volatile.Read(ref _ended))
        {
            return;
        }

        var now = _parts.Wheel.NowMs;
        if (!IsClosing && _outbox.StuckSinceMs is { } since && now - since >= _parts.SlowConsumerTimeoutMs)
        {
            Close(Code.SlowConsumer, "The peer takes nothing.");
        }
        else if (!IsClosing && Session is { } session)
        {
            if (EndByTokens(session, now))
            {
                return;
            }

            if (AckTimeoutOf(session, now) is { } timeoutMs)
            {
                Close(Code.AckTimeout, string.Create(CultureInfo.InvariantCulture, $"A message was not acknowledged within {timeoutMs} ms."));
                return;
            }

            if (BindDueMs() <= now && Volatile.Read(ref _login) is { } bind)
            {
                TimeOutBind(bind);
            }

            Judge(session, now);
        }
        else if (now < Volatile.Read(ref _deadlineMs))
        {
            WatchDeadline();
        }
        else if (IsClosing)
        {
            Cut();
        }
        else if (Volatile.Read(ref _login) is { RegisterWasAway: true })
        {
            Close(Code.Unavailable, "The login could not be checked in time.");
        }
        else
        {
            Close(Code.VerifyTimeout, string.Create(CultureInfo.InvariantCulture, $"No verify succeeded within {_parts.VerifyTimeoutMs} ms."));
        }
    }

    /// <summary>The session ends some time after its token, by what the clock says now: one that is set later moves nothing.</summary>
    private void WatchToken(Session session)
    {
        if (session.Token is { } token)
        {
            session.TokenDueMs = _parts.Wheel.NowMs + token.LeftMs(_parts.Time.GetUtcNow()) + session.App.Policy.Tokens.GraceMs;
        }
    }

    /// <summary>The wheel does not count the time in which the process stood still; the token does.</summary>
    private bool IsTokenOver(Session session, long now) =>
        session.TokenDueMs <= now
        || (session.Token is { } token && _parts.Time.GetUtcNow().ToUnixTimeMilliseconds() >= token.ExpiresMs + session.App.Policy.Tokens.GraceMs);

    /// <summary>Ends the sessions whose tokens are over: the first one with the connection, any other alone.</summary>
    /// <returns>True: the connection ends.</returns>
    private bool EndByTokens(Session session, long now)
    {
        const string Message = "The token has expired.";
        if (IsTokenOver(session, now))
        {
            Close(Code.TokenExpired, Message);
            return true;
        }

        foreach (var bound in Bound)
        {
            if (IsTokenOver(bound, now))
            {
                Close(bound, Code.TokenExpired, Message);
            }
        }

        return false;
    }

    private long FirstTokenDueMs(Session session)
    {
        var due = session.TokenDueMs;
        foreach (var bound in Bound)
        {
            due = Math.Min(due, bound.TokenDueMs);
        }

        return due;
    }

    private void EndVerifyDeadline()
    {
        // A close that has begun meanwhile keeps its deadline.
        var verifyDeadlineMs = Volatile.Read(ref _deadlineMs);
        if (!IsClosing)
        {
            Interlocked.CompareExchange(ref _deadlineMs, NoDeadlineMs, verifyDeadlineMs);
        }
    }

    private void Judge(Session session, long now)
    {
        var policy = session.App.Policy;

        // The clock ticks: what was heard may be one tick younger than it looks.
        session.Liveness.Look(policy.Liveness, PeriodBaseMs(session, policy), HeardMs(), now - _parts.Wheel.TickMs);
        switch (session.Liveness.Phase)
        {
            case LivenessPhase.Closed:
                Close(Code.HeartbeatTimeout, policy.Liveness.OneBeatIsEnough
                    ? string.Create(CultureInfo.InvariantCulture, $"Silent for longer than {policy.SilenceLimitMs} ms.")
                    : string.Create(CultureInfo.InvariantCulture, $"Away for longer than {policy.Liveness.AwayMs} ms."));
                return;
            case LivenessPhase.Away when !session.IsAway:
                SetAway(session, true);
                break;
            case LivenessPhase.Alive when session.IsAway:
                SetAway(session, false);
                break;
        }

        WatchDeadline();
    }

    /// <summary>The client is one, whatever its apps: the rules of the verify's app say whether it is away, for all of its sessions.</summary>
    private void SetAway(Session session, bool away)
    {
        session.IsAway = away;
        Volatile.Read(ref _bound)?.SetAway(away);
        TellAway(session, away);
        foreach (var bound in Bound)
        {
            TellAway(bound, away);
        }
    }

    private void TellAway(Session session, bool away)
    {
        _parts.Reports.Add(session);
        if (!away)
        {
            _parts.Channels.BackAlive(session);
        }
    }

    private void PutOffAcks(Session session, uint byMs)
    {
        if (session.OldestUnacknowledgedMs > 0)
        {
            // Acknowledgements were not read meanwhile.
            _parts.Channels.PutOffAcks(session, byMs);
        }
    }

    private long NextDueMs()
    {
        var due = IsClosing || Session is not { } session
            ? Volatile.Read(ref _deadlineMs)
            : Math.Min(
                session.Liveness.NextLookMs(session.App.Policy.Liveness, PeriodBaseMs(session, session.App.Policy), HeardMs()) + _parts.Wheel.TickMs,
                Math.Min(BindDueMs(), Math.Min(FirstAckDueMs(session), FirstTokenDueMs(session))));
        return !IsClosing && _outbox.StuckSinceMs is { } since ? Math.Min(due, since + _parts.SlowConsumerTimeoutMs) : due;
    }

    private long FirstAckDueMs(Session session)
    {
        var due = AckDueMs(session);
        foreach (var bound in Bound)
        {
            due = Math.Min(due, AckDueMs(bound));
        }

        return due;
    }

    /// <summary>The ack timeout that is over, ms; null = none is.</summary>
    private uint? AckTimeoutOf(Session session, long now)
    {
        if (AckDueMs(session) <= now)
        {
            return session.App.Policy.AckTimeoutMs;
        }

        foreach (var bound in Bound)
        {
            if (AckDueMs(bound) <= now)
            {
                return bound.App.Policy.AckTimeoutMs;
            }
        }

        return null;
    }

    /// <summary>When the oldest kept message that is in flight must be acknowledged. Not while acknowledgements are not read, nor while the client is away: its silence is judged already.</summary>
    private long AckDueMs(Session session) =>
        !session.IsAway && session.OldestUnacknowledgedMs is > 0 and var sent
            ? (Volatile.Read(ref _isPaused) ? _parts.Wheel.NowMs : sent) + session.App.Policy.AckTimeoutMs + _parts.Wheel.TickMs
            : NoDeadlineMs;

    private long HeardMs() => Volatile.Read(ref _isPaused) ? _parts.Wheel.NowMs : Volatile.Read(ref _heardMs);

    /// <summary>What the client was told; a larger least interval of the app holds for it without a word, a smaller largest one only once it was told.</summary>
    private static uint PeriodBaseMs(Session session, AppPolicy policy) => Math.Max(session.HeartbeatMs, policy.MinHeartbeatMs);
}
