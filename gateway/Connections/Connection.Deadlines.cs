using System.Globalization;
using Microservices.Gateway.Transport;
using Microservices.Protocol;

namespace Microservices.Gateway.Connections;

/// <summary>What time does to a connection: the verify deadline, silence, a peer that takes nothing, the deadline of the close.</summary>
internal sealed partial class Connection
{
    // The verify deadline until the close, then the deadline of the close. On the wheel's clock.
    private long _deadlineMs;
    private long _heardMs;
    private bool _isPaused;

    /// <summary>The loop does not read at the moment because the server is busy with what the client sent: that is not the client's silence.</summary>
    public void Pause(bool paused)
    {
        Volatile.Write(ref _isPaused, paused);
        Heard();
    }

    /// <summary>A whole frame came.</summary>
    public void Heard() => Volatile.Write(ref _heardMs, _parts.Wheel.NowMs);

    /// <summary>For how long nothing has been heard, ms.</summary>
    public uint SilentMs => (uint)Math.Clamp(_parts.Wheel.NowMs - Volatile.Read(ref _heardMs), 0, uint.MaxValue);

    /// <summary>A deadline has changed, or the silence limit of the app: looks at it anew.</summary>
    public void WatchDeadline()
    {
        if (!Volatile.Read(ref _ended))
        {
            _parts.Wheel.Schedule(this, NextDueMs());
        }
    }

    void IOutboxOwner.OnBacklog() => WatchDeadline();

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
        else if (now < DeadlineMs())
        {
            WatchDeadline();
        }
        else if (IsClosing)
        {
            Cut();
        }
        else if (Session is { } session)
        {
            Close(Code.HeartbeatTimeout, string.Create(CultureInfo.InvariantCulture, $"Silent for longer than {session.App.Policy.SilenceLimitMs} ms."));
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

    private long NextDueMs()
    {
        var due = DeadlineMs();
        return !IsClosing && _outbox.StuckSinceMs is { } since ? Math.Min(due, since + _parts.SlowConsumerTimeoutMs) : due;
    }

    private long DeadlineMs()
    {
        if (IsClosing || Session is not { } session)
        {
            return Volatile.Read(ref _deadlineMs);
        }

        // The clock ticks: what was heard may be one tick younger than it looks.
        var heard = Volatile.Read(ref _isPaused) ? _parts.Wheel.NowMs : Volatile.Read(ref _heardMs);
        return heard + session.App.Policy.SilenceLimitMs + _parts.Wheel.TickMs;
    }
}
