using System.Net;
using System.Net.Sockets;

namespace Microservices.Standalone;

/// <summary>The default ports, all moved by one offset.</summary>
internal sealed class Ports(int offset)
{
    public int Gateway { get; } = 8124 + offset;

    public int WebSocket { get; } = 8126 + offset;

    public int GatewayTls { get; } = 8125 + offset;

    public int GatewayAdmin { get; } = 8127 + offset;

    public int Dispatcher { get; } = 8100 + offset;

    public int DispatcherAdmin { get; } = 8101 + offset;

    public int Register { get; } = 8200 + offset;

    public int RegisterAdmin { get; } = 8201 + offset;

    public int Center { get; } = 8300 + offset;

    public int CenterHttp { get; } = 8301 + offset;

    public int CenterAdmin { get; } = 8302 + offset;

    /// <summary>The first service that can't have its port is a better answer than the stack of the one that failed.</summary>
    /// <exception cref="StandaloneFault">A port is taken.</exception>
    public void ThrowIfTaken(bool withTls)
    {
        (int Port, string Owner)[] wanted =
        [
            (Gateway, "gateway"), (WebSocket, "gateway (WebSocket)"), (GatewayAdmin, "gateway (admin)"), (Dispatcher, "dispatcher"), (DispatcherAdmin, "dispatcher (admin)"),
            (Register, "register"), (RegisterAdmin, "register (admin)"), (Center, "center"), (CenterHttp, "center (HTTP)"),
            (CenterAdmin, "center (admin)"),
        ];
        foreach (var (port, owner) in withTls ? [.. wanted, (GatewayTls, "gateway (TLS)")] : wanted)
        {
            ThrowIfTaken(port, owner);
        }
    }

    private static void ThrowIfTaken(int port, string owner)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(1);
        }
        catch (SocketException fault)
        {
            throw new StandaloneFault(
                $"Port {port}, which the {owner} needs, cannot be used ({fault.SocketErrorCode}); " +
                "stop what uses it, or move all ports with --port-offset N.");
        }
    }
}
