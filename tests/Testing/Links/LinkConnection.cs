using System.Net.Sockets;

namespace Microservices.Testing;

/// <summary>One connection through a <see cref="Link"/>.</summary>
public sealed class LinkConnection
{
    private readonly Socket _client;
    private readonly Socket _server;
    private readonly LinkLane _up;
    private readonly LinkLane _down;

    internal LinkConnection(Link link, Socket client, Socket server)
    {
        (_client, _server) = (client, server);
        _up = new LinkLane(client, server, link);
        _down = new LinkLane(server, client, link);
    }

    /// <summary>What becomes of the bytes from now on.</summary>
    /// <param name="up">From the client.</param>
    /// <param name="down">To the client.</param>
    public void Set(Flow up, Flow down)
    {
        _up.Set(up);
        _down.Set(down);
    }

    /// <summary>Ends it for both sides at once: by RST, otherwise by FIN behind what is on its way.</summary>
    public void Cut(bool reset)
    {
        End(_client, reset);
        End(_server, reset);
        _up.Cut();
        _down.Cut();
    }

    internal static void End(Socket socket, bool reset)
    {
        try
        {
            if (reset)
            {
                socket.LingerState = new LingerOption(true, 0);
                socket.Close(0);
            }
            else
            {
                socket.Shutdown(SocketShutdown.Both);
            }
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // It has ended by itself.
        }

        socket.Dispose();
    }

    internal async Task RunAsync()
    {
        await Task.WhenAll(RunAsync(_up), RunAsync(_down));
        Cut(reset: false);
    }

    private async Task RunAsync(LinkLane lane)
    {
        try
        {
            await lane.RunAsync();
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            // Reset by one side: the other sees that too.
            Cut(reset: true);
        }
    }
}
