using Microservices.Dispatcher.Metrics;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher.Http;

/// <summary>Counts the connections of the public port only, so that a flood does not shut probes out of the admin port.</summary>
internal sealed class ConnectionLimit(IOptions<HttpLimitOptions> options, DispatcherMetrics metrics)
{
    private readonly int _most = options.Value.MaxConnections;
    private int _open;

    public async Task HandleAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _open) > _most)
            {
                metrics.ConnectionRefused();
                connection.Abort(new ConnectionAbortedException($"Connection {_most + 1}; the limit is {_most}."));
                return;
            }

            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }
}
