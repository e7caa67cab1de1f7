using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Microservices.Gateway.Arrivals.Tls;

/// <summary>A handshake under way on an admitted connection. Whoever takes the connection over behind it says so; from then on the connection leaves the gate by itself.</summary>
internal sealed class Handshake(ConnectionContext connection, HandshakeDoor door, IPAddress? remote, long beganMs) : Arrival(connection)
{
    public IPAddress? Remote => remote;

    /// <summary>When it began, on the wheel's clock.</summary>
    public long BeganMs => beganMs;

    /// <summary>It has succeeded.</summary>
    /// <returns>False: too late, the link is cut.</returns>
    public bool TrySucceed() => door.TrySucceed(this);
}
