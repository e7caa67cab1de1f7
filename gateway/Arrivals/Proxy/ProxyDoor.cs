using System.Net;
using Microservices.Gateway.Admission;
using Microservices.Gateway.Liveness;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Arrivals.Proxy;

/// <summary>
/// Stands before everything else on a listener, and only if some network is trusted: a connection from there begins with a PROXY header,
/// and is from then on one of the client that it names. From anywhere else the same bytes are a frame like any other, and a bad one.
/// </summary>
internal sealed class ProxyDoor(TimingWheel wheel, ArrivalMetrics arrivals, IOptions<ProxyProtocolOptions> options)
{
    private readonly Networks _trusted = new(options.Value.TrustedNetworks);
    private readonly long _timeoutMs = (long)options.Value.HeaderTimeout.TotalMilliseconds;

    /// <summary>Guards a listener; called before anything else is said of it.</summary>
    public void Guard(ListenOptions listen)
    {
        if (!_trusted.IsEmpty)
        {
            listen.Use(next => connection => Enter(connection, next));
        }
    }

    private Task Enter(ConnectionContext connection, ConnectionDelegate next) =>
        connection.RemoteEndPoint is IPEndPoint peer && _trusted.Contains(AddressKey.Of(peer.Address))
            ? ReadHeaderAsync(connection, next)
            : next(connection);

    private async Task ReadHeaderAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var outcome = await AwaitAsync(connection);
        arrivals.Header(outcome);
        if (outcome is ProxyOutcome.Client or ProxyOutcome.Local)
        {
            await next(connection);
        }
        else
        {
            connection.Abort(new ConnectionAbortedException("No PROXY header."));
        }
    }

    private async Task<ProxyOutcome> AwaitAsync(ConnectionContext connection)
    {
        arrivals.Awaits();
        var arrival = new Arrival(connection);
        try
        {
            if (arrivals.Awaited > options.Value.MaxAwaited)
            {
                return ProxyOutcome.NoRoom;
            }

            wheel.Schedule(arrival, wheel.NowMs + _timeoutMs);
            var outcome = await ReadAsync(connection);
            return arrival.TryEnd() ? outcome : ProxyOutcome.TimedOut;
        }
        finally
        {
            wheel.Remove(arrival);
            arrivals.AwaitsNoMore();
        }
    }

    private async Task<ProxyOutcome> ReadAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        try
        {
            while (true)
            {
                var result = await input.ReadAsync();
                var whole = ProxyHeader.TryRead(result.Buffer, options.Value.MaxHeaderBytes, out var source, out var length);
                if (whole == true)
                {
                    input.AdvanceTo(result.Buffer.GetPosition(length));
                    connection.RemoteEndPoint = source ?? connection.RemoteEndPoint;
                    return source is null ? ProxyOutcome.Local : ProxyOutcome.Client;
                }

                input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
                if (whole == false || result.IsCompleted)
                {
                    return ProxyOutcome.Malformed;
                }
            }
        }
        catch (Exception fault) when (fault is ConnectionAbortedException or ConnectionResetException or IOException)
        {
            return ProxyOutcome.Malformed;
        }
    }
}
