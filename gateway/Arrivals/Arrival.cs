using Microservices.Gateway.Liveness;
using Microsoft.AspNetCore.Connections;

namespace Microservices.Gateway.Arrivals;

/// <summary>A connection before it is one of ours: something is expected of its peer until a deadline. It is over once: done, cut, or the peer is gone.</summary>
internal class Arrival(ConnectionContext connection) : WheelEntry
{
    private const int UnderWay = 0;
    private const int Over = 1;
    private const int CutOff = 2;

    private int _state;

    /// <summary>Its deadline passed, or the gateway stopped.</summary>
    public bool IsCut => Volatile.Read(ref _state) == CutOff;

    /// <summary>What was expected has come, or nothing can come any more.</summary>
    /// <returns>False: it was over already.</returns>
    public bool TryEnd() => Interlocked.CompareExchange(ref _state, Over, UnderWay) == UnderWay;

    /// <summary>Cuts the link, unless it is over.</summary>
    public void Cut()
    {
        if (Interlocked.CompareExchange(ref _state, CutOff, UnderWay) == UnderWay)
        {
            connection.Abort(new ConnectionAbortedException("What was expected did not come in time."));
        }
    }

    protected internal override void OnDue() => Cut();
}
