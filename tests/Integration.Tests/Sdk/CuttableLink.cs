using System.Net;
using System.Net.Sockets;

namespace Microservices.Integration.Tests.Sdk;

/// <summary>A network between a client and a gateway: the test cuts it, and says where the next connection leads.</summary>
internal sealed class CuttableLink : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Lock _sync = new();
    private readonly List<Socket> _sockets = [];
    private readonly List<Task> _relays = [];
    private readonly Task _accepting;
    private int _target;

    public CuttableLink(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Breaks what is connected, without a goodbye; who connects again comes to <paramref name="next"/>.</summary>
    public void Cut(int next)
    {
        lock (_sync)
        {
            _target = next;
            _sockets.ForEach(static socket => socket.Close(timeout: 0));
            _sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _accepting;
        Cut(0);
        await Task.WhenAll(_relays);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync();
                var gateway = new Socket(SocketType.Stream, ProtocolType.Tcp);
                int target;
                lock (_sync)
                {
                    target = _target;
                    _sockets.AddRange([client, gateway]);
                }

                await gateway.ConnectAsync(IPAddress.Loopback, target);
                _relays.Add(RelayAsync(client, gateway));
                _relays.Add(RelayAsync(gateway, client));
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private static async Task RelayAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is var read and > 0)
            {
                await to.SendAsync(buffer.AsMemory(0, read));
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }
}
