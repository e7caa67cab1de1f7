using System.Net;
using System.Net.Sockets;
using Microservices.Gateway.Admission;
using Microservices.Gateway.Arrivals.Tls;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Transport;
using Microservices.Gateway.WebSockets.Upgrades;
using Microservices.Protocol;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Microservices.Gateway.WebSockets;

/// <summary>
/// Where Kestrel hands over a connection that is to become a WebSocket: admitted as any other, then the handshake, then its messages. No HTTP
/// server stands in between: that alone would cost an idle connection more than all that the gateway keeps for it.
/// </summary>
internal sealed class WebSocketConnectionHandler(Gate gate, Refusals refusals, ConnectionParts parts, WebSocketParts sockets) : ConnectionHandler
{
    /// <inheritdoc/>
    public override Task OnConnectedAsync(ConnectionContext connection)
    {
        var socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket
            ?? throw new InvalidOperationException("The transport does not give its socket; frames are sent on it.");
        var remote = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        if (connection.Features.Get<Handshake>() is { } handshake)
        {
            // It was admitted before its TLS handshake.
            return handshake.TrySucceed() ? RunAsync(connection, socket, remote) : Task.CompletedTask;
        }

        var verdict = gate.Enter(remote);
        return verdict == Code.None ? RunAsync(connection, socket, remote) : refusals.RefuseWebSocketAsync(connection, verdict);
    }

    private async Task RunAsync(ConnectionContext connection, Socket socket, IPAddress? remote)
    {
        if (await TryOpenAsync(connection, socket) is not { } loop)
        {
            gate.Leave(remote);
            return;
        }

        // From here on the connection leaves by itself.
        await loop.RunAsync(connection.Transport.Input);
        if (loop.Outlet is PipeOutlet pipe)
        {
            // Kestrel takes the pipe down when this returns.
            await pipe.EndAsync(connection.Abort);
        }
    }

    private async Task<MessageLoop?> TryOpenAsync(ConnectionContext connection, Socket socket)
    {
        var upgrade = new Upgrade(connection, sockets);
        var outcome = await upgrade.ReadAsync();
        if (outcome != UpgradeOutcome.Accepted)
        {
            if (outcome != UpgradeOutcome.Lost)
            {
                await refusals.RefuseWebSocketAsync(connection, UpgradeReplies.Refusal(outcome));
            }

            return null;
        }

        try
        {
            IOutlet outlet = connection.Features.Get<ISslStreamFeature>()?.SslStream is { } tls
                ? new PipeOutlet(connection.Transport.Output, tls)
                : new SocketOutlet(socket);
            var admitted = new Connection(connection, outlet, parts, Framing.Text);
            admitted.TryPostBare(upgrade.Reply.Span);
            return new MessageLoop(admitted, outlet, parts, sockets);
        }
        catch (ObjectDisposedException)
        {
            // Kestrel has cut the link already.
            return null;
        }
    }
}
