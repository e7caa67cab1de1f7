using System.Net.Sockets;
using System.Security.Authentication;
using Microservices.Client.Endpoints;

namespace Microservices.Client.Connections;

/// <summary>Opens TCP connections, with TLS where the options say so.</summary>
internal static class TcpLink
{
    private const int KeepAliveSeconds = 10;
    private const int KeepAliveProbes = 3;

    /// <exception cref="SocketException">There is no connection.</exception>
    /// <exception cref="TimeoutException">Nor an answer in time.</exception>
    /// <exception cref="AuthenticationException">The server is not the one that is meant, or speaks no TLS.</exception>
    public static async Task<Stream> OpenAsync(Endpoint endpoint, PushClientOptions options, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
            await socket.ConnectAsync(endpoint.Host, endpoint.Port, either.Token);
            var link = new NetworkStream(socket, ownsSocket: true);
            return options.Tls is { } tls ? await TlsLink.OpenAsync(link, endpoint.Host, tls, either.Token) : link;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new TimeoutException($"No connection to {endpoint} within {options.ConnectTimeout}.");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
