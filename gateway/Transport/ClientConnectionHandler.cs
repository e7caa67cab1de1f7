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
        var remote = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        var verdict = gate.Enter(remote);
        if (verdict != Code.None)
        {
            return refusals.RefuseAsync(connection, socket, verdict);
        }

        Connection admitted;
        try
        {
            admitted = new Connection(connection, new SocketOutlet(socket), parts);
        }
        catch (ObjectDisposedException)
        {
            // Kestrel has cut the link already.
            gate.Leave(remote);
            return Task.CompletedTask;
        }

        // From here on the connection leaves by itself.
        return FrameLoop.RunAsync(admitted, parts, connection.Transport.Input);
    }
}
