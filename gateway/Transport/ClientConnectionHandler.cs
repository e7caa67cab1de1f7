using System.Net;
using Microservices.Gateway.Admission;
using Microservices.Gateway.Connections;
using Microservices.Protocol;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Microservices.Gateway.Transport;

/// <summary>Where Kestrel hands over an accepted connection. Above this nothing knows Kestrel.</summary>
internal sealed class ClientConnectionHandler(Gate gate, Refusals refusals, ConnectionParts parts) : ConnectionHandler
{
    /// <inheritdoc/>
    public override Task OnConnectedAsync(ConnectionContext connection)
    {
        var socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket
            ?? throw new InvalidOperationException("The transport does not give its socket; frames are sent on it.");
        var verdict = gate.Enter((connection.RemoteEndPoint as IPEndPoint)?.Address);
        return verdict == Code.None
            ? FrameLoop.RunAsync(new Connection(connection, socket, parts), parts, connection.Transport.Input)
            : refusals.RefuseAsync(connection, socket, verdict);
    }
}
