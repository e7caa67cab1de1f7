using Microservices.Contracts.Bus;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microservices.Protocol;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Parking;

/// <summary>
/// Sessions whose link broke a moment ago. They are sessions of this room as ever, so what is sent to them still comes here; it waits for the
/// client, which finds it behind the answer to its verify when it resumes here. Kept messages do not wait here: they are in the log.
/// <code>
/// link broke ──TryPark──► open ──Resume──► (frames posted)
///                          │ ├──time over, End──► ended as ever, register is told
///                          └─displaced─► its user logged in again: register tells that by the bus, maybe before
///                                        it answers the login that may ask for the frames ──Resume, time over──►
/// </code>
/// Parking is for a lost link only: what an outbox had not sent is lost with it, as is what the system had taken and not sent.
/// </summary>
internal sealed class ParkingLot
{
    private readonly SessionTable _sessions;
    private readonly SessionEnds _ends;
    private readonly RoomState _room;
    private readonly TimingWheel _wheel;
    private readonly ParkingMetrics _metrics;
    private readonly ParkingOptions _options;
    private readonly long _timeMs;

    // Within it, a parked session and the session table may be locked; within those nothing.
    private readonly Lock _sync = new();
    private readonly Dictionary<ulong, ParkedSession> _parked = [];
    private long _bytes;
    private bool _isShut;

    public ParkingLot(SessionTable sessions, SessionEnds ends, RoomState room, TimingWheel wheel, ParkingMetrics metrics, GatewayMetrics gauges, IOptions<ParkingOptions> options)
    {
        _sessions = sessions;
        _ends = ends;
        _room = room;
        _wheel = wheel;
        _metrics = metrics;
        _options = options.Value;
        _timeMs = (long)_options.Time.TotalMilliseconds;
        gauges.Gauge("gateway.parked_sessions", "{session}", "Sessions whose link broke and that wait for their client.", () => Count);
        gauges.Gauge("gateway.parked_frames.pending", "By", "Bytes of frames that wait with them.", () => Bytes);
    }

    public int Count
    {
        get
        {
            lock (_sync)
            {
                return _parked.Count;
            }
        }
    }

    /// <summary>Bytes of all frames that are kept.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>The most that one session keeps.</summary>
    public int MaxBytes => _options.MaxBytes;

    /// <summary>The session's link broke.</summary>
    /// <returns>False: it is to be ended at once. True: this ends it, in time.</returns>
    public bool TryPark(Session session)
    {
        if (_timeMs == 0)
        {
            return false;
        }

        ParkedSession parked;
        lock (_sync)
        {
            if (session.Parked is { } former)
            {
                // It was closed within its login, which is told so once more when the table has it.
                if (!former.IsOpen)
                {
                    _sessions.Remove(session);
                }

                return true;
            }

            // One without a lease is nobody's to come back to.
            if (!session.MayPark || _isShut || session.Incarnation != _room.Incarnation)
            {
                return false;
            }

            if (_parked.Count == _options.MaxSessions)
            {
                _metrics.Over(ParkingOutcome.NoRoom);
                session.MayPark = false;
                return false;
            }

            parked = new ParkedSession(session, this);
            _parked.Add(session.Number, parked);
            session.Parked = parked;
        }

        _wheel.Schedule(parked, _wheel.NowMs + _timeMs);
        return true;
    }

    /// <summary>Keeps a frame for the session's client. False: it is not parked any more, or there is no room.</summary>
    public bool TryKeep(ParkedSession parked, ReadOnlySpan<byte> frame)
    {
        switch (parked.TryKeep(frame))
        {
            case true:
                _metrics.Frame(ParkedFrameOutcome.Kept);
                return true;
            case false:
                _metrics.Frame(ParkedFrameOutcome.NoRoom);
                return false;
            default:
                return false;
        }
    }

    /// <summary>Register gave <paramref name="former"/> up for <paramref name="session"/>, which begins: what was kept is posted to it.</summary>
    public void Resume(SessionKey former, Session session)
    {
        ParkedSession? parked;
        lock (_sync)
        {
            parked = _parked.GetValueOrDefault(former.Session);
        }

        if (parked?.Session.Epoch != former.Epoch)
        {
            return;
        }

        var connection = session.Connection;
        var version = connection.ReplyVersion;

        // Chat that was not of a bound app does not name its app.
        var isNameless = session.IsBound && !parked.Session.IsBound;
        foreach (var (header, frame) in Remove(parked, ParkingOutcome.Resumed, Code.Displaced))
        {
            var fits = header.Version == version && (!isNameless || header.Command == Command.Push);
            _metrics.Frame(fits ? ParkedFrameOutcome.Resumed : ParkedFrameOutcome.OtherVersion);
            if (fits)
            {
                connection.Deliver(session, header.Command, connection.Framed(frame.Span), frame.Span);
            }
        }
    }

    /// <summary>The session, whose link broke, has ended for another reason too; it may be parked, or about to be.</summary>
    public void End(Session session, Code reason)
    {
        lock (_sync)
        {
            session.MayPark = false;
        }

        if (session.Parked is not { } parked)
        {
            return;
        }

        if (reason != Code.Displaced)
        {
            Lose(parked, ParkingOutcome.Ended, reason);
        }
        else if (parked.TryEnd())
        {
            // The login that displaced it may be on its way here.
            Finish(session, reason);
        }
    }

    /// <summary>Ends all and takes no more.</summary>
    public void Shut()
    {
        List<ParkedSession> parked;
        lock (_sync)
        {
            _isShut = true;
            parked = [.. _parked.Values];
        }

        foreach (var one in parked)
        {
            Lose(one, ParkingOutcome.Ended, Code.ConnectionLost);
        }
    }

    /// <summary>Its time is over.</summary>
    internal void Expire(ParkedSession parked) =>
        Lose(parked, parked.IsOpen ? ParkingOutcome.Expired : ParkingOutcome.Ended, Code.ConnectionLost);

    /// <summary>Room among the frames of all sessions.</summary>
    internal bool TryReserve(int bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= _options.MaxTotalBytes)
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    private void Lose(ParkedSession parked, ParkingOutcome outcome, Code reason)
    {
        foreach (var _ in Remove(parked, outcome, reason))
        {
            _metrics.Frame(ParkedFrameOutcome.Lost);
        }
    }

    /// <returns>The frames; none where another removed it.</returns>
    private List<(FrameHeader Header, ReadOnlyMemory<byte> Frame)> Remove(ParkedSession parked, ParkingOutcome outcome, Code reason)
    {
        lock (_sync)
        {
            if (!_parked.Remove(parked.Session.Number))
            {
                return [];
            }
        }

        _wheel.Remove(parked);
        var rest = parked.Empty(out var ended);
        if (ended)
        {
            Finish(parked.Session, reason);
        }

        _metrics.Over(outcome);
        Interlocked.Add(ref _bytes, -rest.Length);
        var frames = new List<(FrameHeader, ReadOnlyMemory<byte>)>();
        while (!rest.IsEmpty)
        {
            var header = FrameHeader.Read(rest.Span);
            frames.Add((header, rest[..(int)header.Length]));
            rest = rest[(int)header.Length..];
        }

        return frames;
    }

    private void Finish(Session session, Code reason)
    {
        _sessions.Remove(session);
        _ends.Add(session, reason);
    }
}
