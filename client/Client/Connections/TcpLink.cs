using System.Net.Sockets;
using Microservices.Client.Endpoints;

namespace Microservices.Client.Connections;

/// <summary>Opens TCP connections.</summary>
internal static class TcpLink
{
    private const int KeepAliveSeconds = 10;
    private const int KeepAliveProbes = 3;

    /// <exception cref="SocketException">There is no connection.</exception>
    /// <exception cref="TimeoutException">Nor an answer in time.</exception>
    public static async Task<NetworkStream> OpenAsync(Endpoint endpoint, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
            await socket.ConnectAsync(endpoint.Host, endpoint.Port, either.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket.Dispose();
            throw new TimeoutException($"No connection to {endpoint} within {timeout}.");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
