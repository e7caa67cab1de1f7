using Microservices.Gateway.Arrivals.Tls;
using Microservices.Gateway.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Microservices.Gateway.Transport;

/// <summary>Where Kestrel hands over a connection behind TLS. It was admitted before the handshake.</summary>
internal sealed class TlsConnectionHandler(ConnectionParts parts) : ConnectionHandler
{
    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        if (connection.Features.Get<Handshake>()?.TrySucceed() != true)
        {
            return;
        }

        var tls = connection.Features.GetRequiredFeature<ISslStreamFeature>().SslStream;
        var outlet = new PipeOutlet(connection.Transport.Output, tls);
        await FrameLoop.RunAsync(new Connection(connection, outlet, parts), parts, connection.Transport.Input);

        // Kestrel takes the pipe down when this returns.
        await outlet.EndAsync(connection.Abort);
    }
}
