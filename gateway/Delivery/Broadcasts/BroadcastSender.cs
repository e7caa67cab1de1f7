using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Rooms;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.Transport;
using Microservices.Protocol;

namespace Microservices.Gateway.Delivery.Broadcasts;

/// <summary>Sends sessions what they lack of a batch, and counts it at the end: an interlocked instruction for each frame would cost more than its encoding.</summary>
internal struct BroadcastSender(RoomState room, GatewayMetrics metrics, FanOutMetrics counts)
{
    private Command _command;
    private long _frames;
    private long _bytes;
    private long _sends;

    /// <summary>Sends one session what it lacks.</summary>
    public void Send(Session session, BroadcastBatch batch, in BroadcastView view)
    {
        if (session.Incarnation != room.Incarnation)
        {
            var lacks = view.Framed.End - session.Connection.SkipBroadcasts(session, view.Framed.End);
            metrics.Dropped(DropCause.NotClaimed, Math.Clamp(lacks, 0, view.Framed.Count));
        }
        else if (view.Excepted?.Contains(session.Number) == true)
        {
            SendSingly(session, batch, view);
        }
        else
        {
            var outcome = session.Connection.PostBroadcasts(session, view.Framed, out var from);
            if (from >= view.Framed.End)
            {
                return;
            }

            if (outcome is PostOutcome.Sent or PostOutcome.Waiting)
            {
                _sends++;
                for (var number = Math.Max(from, view.Framed.First); number < view.Framed.End; number++)
                {
                    Count(view, number);
                }
            }
            else
            {
                // Some may still have room, or wait for the client to come back.
                SendSingly(session, batch, view);
            }
        }
    }

    /// <summary>Adds what was sent to the counters.</summary>
    public void Count()
    {
        if (_frames > 0)
        {
            metrics.FramesOut(_command, _frames, _bytes);
        }

        counts.Sent(_sends);
        (_frames, _bytes, _sends) = (0, 0, 0);
    }

    // Together with the session's position: whoever sends it something else meanwhile comes before all of them or behind.
    private readonly void SendSingly(Session session, BroadcastBatch batch, BroadcastView view)
    {
        var dropped = metrics;
        session.Connection.Hold(() =>
        {
            var from = session.Connection.SkipBroadcasts(session, view.Framed.End);
            for (var number = Math.Max(from, view.Framed.First); number < view.Framed.End; number++)
            {
                var part = view.Parts[number - view.Framed.First];
                if (part.Fault is { } fault)
                {
                    dropped.Dropped(fault);
                }
                else if (view.Excepted is null || batch.IsFor(number, session.Number, session.Epoch))
                {
                    session.Connection.Deliver(session, part.Command, view.Framed.Of(number), view.Bare.Of(number));
                }
            }
        });
    }

    private void Count(in BroadcastView view, long number)
    {
        var part = view.Parts[number - view.Framed.First];
        if (part.Fault is { } fault)
        {
            metrics.Dropped(fault);
            return;
        }

        if (part.Command != _command && _frames > 0)
        {
            metrics.FramesOut(_command, _frames, _bytes);
            (_frames, _bytes) = (0, 0);
        }

        _command = part.Command;
        _frames++;
        _bytes += view.Framed.Of(number).Length;
    }
}
