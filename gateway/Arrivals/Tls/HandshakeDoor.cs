using System.Net;
using Microservices.Gateway.Admission;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Liveness;
using Microservices.Hosting.Listening;
using Microservices.Protocol;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Arrivals.Tls;

/// <summary>
/// Stands before the TLS handshake, which costs most of all that a stranger can ask for. A connection is admitted first, as on plain TCP; then
/// it needs one of a limited number of handshakes, and gets a limited time for it. Who is refused here is cut without a word: before the
/// handshake there is no language for one.
/// </summary>
internal sealed class HandshakeDoor(
    Gate gate,
    TimingWheel wheel,
    GatewayMetrics metrics,
    ArrivalMetrics arrivals,
    IOptions<TlsOptions> options,
    IOptionsMonitor<ListenerOptions> listeners)
{
    private readonly HandshakeSlots _slots = new(options.Value);

    /// <summary>Guards a listener; called before it is told of TLS. Behind TLS, <see cref="Handshake"/> is a feature of each connection.</summary>
    public void Guard(ListenOptions listen, string listener)
    {
        var timeoutMs = (long)listeners.Get(listener).HandshakeTimeout.TotalMilliseconds;
        listen.Use(next => connection => Enter(connection, next, timeoutMs));
    }

    internal bool TrySucceed(Handshake handshake)
    {
        if (!handshake.TryEnd())
        {
            return false;
        }

        End(handshake);
        arrivals.Succeeded(TimeSpan.FromMilliseconds(wheel.NowMs - handshake.BeganMs));
        return true;
    }

    private Task Enter(ConnectionContext connection, ConnectionDelegate next, long timeoutMs)
    {
        var remote = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var verdict = gate.Enter(remote);
        if (verdict == Code.None && !_slots.TryTake(remote))
        {
            gate.Leave(remote);
            arrivals.Handshake(HandshakeOutcome.NoRoom);
            verdict = Code.Overloaded;
        }

        if (verdict != Code.None)
        {
            metrics.Refused(verdict);
            connection.Abort(new ConnectionAbortedException("Not admitted."));
            return Task.CompletedTask;
        }

        return ShakeHandsAsync(connection, next, remote, timeoutMs);
    }

    private async Task ShakeHandsAsync(ConnectionContext connection, ConnectionDelegate next, IPAddress? remote, long timeoutMs)
    {
        var handshake = new Handshake(connection, this, remote, wheel.NowMs);
        connection.Features.Set(handshake);
        arrivals.Began();
        wheel.Schedule(handshake, handshake.BeganMs + timeoutMs);
        try
        {
            await next(connection);
        }
        finally
        {
            if (handshake.TryEnd() || handshake.IsCut)
            {
                End(handshake);
                arrivals.Handshake(handshake.IsCut ? HandshakeOutcome.TimedOut : HandshakeOutcome.Failed);
                gate.Leave(remote);
            }
        }
    }

    private void End(Handshake handshake)
    {
        wheel.Remove(handshake);
        _slots.Return(handshake.Remote);
        arrivals.Ended();
    }
}
