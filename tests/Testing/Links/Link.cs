using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Microservices.Testing;

/// <summary>
/// A TCP link on loopback that can go bad: whoever connects to <see cref="Port"/> is connected to the target, until the test delays, holds,
/// drops or cuts.
/// </summary>
public sealed class Link : IAsyncDisposable
{
    private const int MaxConnections = 2_000;

    private readonly ConcurrentDictionary<LinkConnection, Task> _connections = [];
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Lock _sync = new();
    private readonly Task _accepting;
    private readonly int _targetPort;
    private (Flow Up, Flow Down) _flows;

    private Link(int targetPort)
    {
        _targetPort = targetPort;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _listener.Listen(MaxConnections);
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; } = FreePorts.Take();

    /// <summary>How much later each piece of at most 16 KiB arrives.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>Connections that come are reset at once.</summary>
    public bool Refuses { get; set; }

    /// <summary>Those that are open now.</summary>
    public IReadOnlyCollection<LinkConnection> Connections => [.. _connections.Keys];

    /// <summary>A link to 127.0.0.1.</summary>
    public static Link StartNew(int targetPort) => new(targetPort);

    /// <summary>What becomes of the bytes of all connections from now on, and of those to come.</summary>
    /// <param name="up">From the client.</param>
    /// <param name="down">To the client.</param>
    public void Set(Flow up, Flow down)
    {
        lock (_sync)
        {
            _flows = (up, down);
        }

        foreach (var connection in Connections)
        {
            connection.Set(up, down);
        }
    }

    /// <summary>Ends all connections.</summary>
    public void Cut(bool reset)
    {
        foreach (var connection in Connections)
        {
            connection.Cut(reset);
        }
    }

    /// <summary>Takes no more, and resets all that are open.</summary>
    public async ValueTask DisposeAsync()
    {
        Refuses = true;
        _listener.Dispose();
        await _accepting;
        var open = _connections.ToArray();
        Cut(reset: true);
        await Task.WhenAll(open.Select(static one => one.Value));
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptAsync();
            }
            catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
            {
                return;
            }

            if (Refuses || _connections.Count >= MaxConnections || await TryConnectAsync() is not { } server)
            {
                LinkConnection.End(client, reset: true);
                continue;
            }

            client.NoDelay = true;
            var connection = new LinkConnection(this, client, server);
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _connections[connection] = ended.Task;
            lock (_sync)
            {
                connection.Set(_flows.Up, _flows.Down);
            }

            _ = RunAsync(connection, ended);
        }
    }

    private async Task RunAsync(LinkConnection connection, TaskCompletionSource ended)
    {
        await connection.RunAsync();
        _connections.TryRemove(connection, out _);
        ended.SetResult();
    }

    private async Task<Socket?> TryConnectAsync()
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _targetPort);
            return server;
        }
        catch (SocketException)
        {
            server.Dispose();
            return null;
        }
    }
}
