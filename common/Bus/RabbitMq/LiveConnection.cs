using System.Net.Sockets;
using RabbitMQ.Client;

namespace Microservices.Bus.RabbitMq;

/// <summary>One connection, from its handshake to its end. It never comes back: <see cref="RabbitLink"/> makes a new one.</summary>
internal sealed class LiveConnection : IAsyncDisposable
{
    /// <summary>How long a polite close may take. A frozen broker doesn't answer it.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly Socket? _socket;
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource<string> _reason = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _blocked;

    private LiveConnection(IConnection connection, Socket? socket)
    {
        (Connection, _socket) = (connection, socket);
        connection.ConnectionShutdownAsync += (_, shutdown) =>
        {
            End(shutdown.ReplyText);
            return Task.CompletedTask;
        };
        connection.ConnectionBlockedAsync += (_, _) => SetBlocked(true);
        connection.ConnectionUnblockedAsync += (_, _) => SetBlocked(false);
        if (!connection.IsOpen)
        {
            End(connection.CloseReason?.ReplyText ?? "closed");
        }
    }

    public IConnection Connection { get; }

    /// <summary>Cancelled when the connection has ended.</summary>
    public CancellationToken Ended => _ended.Token;

    public bool HasEnded => _reason.Task.IsCompleted;

    /// <summary>Why it ended; completes then.</summary>
    public Task<string> Reason => _reason.Task;

    /// <summary>The broker is out of memory or disk and takes no messages for now.</summary>
    public bool IsBlocked => _blocked;

    public static async Task<LiveConnection> OpenAsync(BrokerAddress address, BusOptions options, string name, TimeProvider time, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        var factory = new ConnectionFactory
        {
            Uri = address.Uri,
            ClientProvidedName = name,

            // The link connects again by itself: one loop that knows every state, and no second one inside the library.
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = options.Heartbeat,
            RequestedConnectionTimeout = options.ConnectTimeout,
            HandshakeContinuationTimeout = options.ConnectTimeout,
            ContinuationTimeout = options.ConnectTimeout * 2,
            SocketFactory = family =>
            {
                var client = ConnectionFactoryBase.DefaultSocketFactory(family);
                socket = client.Client;
                return client;
            },
        };
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(options.ConnectTimeout);
        try
        {
            var live = new LiveConnection(await factory.CreateConnectionAsync(deadline.Token).WaitAsync(deadline.Token), socket);

            // The library doesn't wait for what the broker says to the virtual host; a channel does.
            var channel = await live.Connection.CreateChannelAsync(cancellationToken: deadline.Token).WaitAsync(deadline.Token);
            _ = new SilenceWatch(live, channel, options.Heartbeat, time).RunAsync();
            return live;
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    /// <summary>Cuts the connection. The first reason stays.</summary>
    public void Abandon(string reason)
    {
        End(reason);
        _socket?.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            if (Connection.IsOpen)
            {
                await Connection.CloseAsync(CloseTimeout).WaitAsync(CloseTimeout);
            }
        }
        catch (Exception)
        {
            // It is being given up; what the broker still had to say doesn't matter.
        }

        // The library waits for its writer, and the writer for a frozen broker: without its socket it ends.
        Abandon("closed by us");
        try
        {
            await Connection.DisposeAsync().AsTask().WaitAsync(CloseTimeout);
        }
        catch (Exception)
        {
            // Likewise.
        }
    }

    private Task SetBlocked(bool blocked)
    {
        _blocked = blocked;
        return Task.CompletedTask;
    }

    private void End(string reason)
    {
        if (_reason.TrySetResult(reason))
        {
            // Not on the caller's stack, which may be the library's reader: what waits for the end must not hold it up.
            _ = Task.Run(_ended.Cancel);
        }
    }
}
