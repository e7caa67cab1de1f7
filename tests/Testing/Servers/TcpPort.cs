using System.Net;
using System.Net.Sockets;

namespace Microservices.Testing;

internal static class TcpPort
{
    /// <summary>Completes when somebody listens on the port of loopback.</summary>
    public static async Task WhenOpen(int port)
    {
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(10);
            }
        }
    }
}
