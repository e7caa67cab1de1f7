using System.Net;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.Transport;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Connections;

/// <summary>How a connection ends: once, with the first reason; what came before the reason is sent before it.</summary>
internal sealed partial class Connection
{
    /// <summary>Ends the connection, unless it is ending already. From any thread; never waits.</summary>
    public void Close(Code reason, string message = "", Error? error = null, uint spreadMs = 0)
    {
        if (!TryBeginClose(reason, message))
        {
            return;
        }

        if (reason is Code.ConnectionLost or Code.SlowConsumer)
        {
            Cut();
            return;
        }

        Complete(FramedLast(LastFrames.Encode(this, _parts, reason, message, error, spreadMs), reason));
    }

    /// <summary>The loop has ended: nothing comes from this link any more.</summary>
    public void End()
    {
        Volatile.Write(ref _ended, true);
        Close(Code.ConnectionLost, "The link ended.");
        _outbox.Abort();
        _parts.Wheel.Remove(this);
        _parts.Gate.Leave((_transport.RemoteEndPoint as IPEndPoint)?.Address);
    }

    void IOutboxOwner.OnSendFailed() => Close(Code.ConnectionLost, "A send failed.");

    private bool TryBeginClose(Code reason, string message)
    {
        if (Interlocked.CompareExchange(ref _reason, (int)reason, 0) != 0)
        {
            // The link is lost already; its session may wait here for the client, and with it what came before.
            if (reason != Code.ConnectionLost && Session is { } parked)
            {
                _parts.FanOut.CatchUp(parked);
                _parts.Parking.End(parked, reason);
            }

            return false;
        }

        _parts.Metrics.Closed(reason);
        if (_parts.Logger.IsEnabled(LogLevel.Debug))
        {
            Log.Closed(_parts.Logger, _transport.ConnectionId, reason, message);
        }

        EndSessions();
        Volatile.Read(ref _login)?.Abandon();
        return true;
    }

    private void Complete(ReadOnlySpan<byte> last)
    {
        _outbox.Complete(last);
        Volatile.Write(ref _deadlineMs, _parts.Wheel.NowMs + _parts.CloseTimeoutMs);
        WatchDeadline();
    }

    private void EndSessions()
    {
        // What came before the reason is sent before it.
        var tells = Reason is not (Code.ConnectionLost or Code.SlowConsumer);
        if (Session is { } session)
        {
            EndSession(session);
            if (tells)
            {
                _parts.FanOut.Finish(session);
            }
        }

        foreach (var bound in Bound)
        {
            EndBound(bound);
            if (tells)
            {
                _parts.FanOut.Finish(bound);
            }
        }
    }

    private void EndSession(Session session)
    {
        // One that ended before its link broke does not wait for its client.
        var isParked = Reason == Code.ConnectionLost && session.Reason == Code.ConnectionLost && _parts.Parking.TryPark(session);
        if (!isParked)
        {
            _parts.Sessions.Remove(session);
        }

        _parts.Channels.End(session);
        if (!isParked)
        {
            _parts.Ends.Add(session, session.Reason);
        }
    }

    private void Cut()
    {
        _outbox.Abort();
        _transport.Abort();
    }
}
