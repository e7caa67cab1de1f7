using Microsoft.AspNetCore.Connections;

namespace Microservices.Hosting.Listening;

/// <summary>Counts the connections of one listener only, so that a flood does not shut probes out of the admin port. A further one is closed at once.</summary>
/// <param name="most">Open connections.</param>
/// <param name="refused">Called for each that is closed.</param>
public sealed class ConnectionLimit(int most, Action refused)
{
    private int _open;

    public async Task HandleAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        try
        {
            if (Interlocked.Increment(ref _open) > most)
            {
                refused();
                connection.Abort(new ConnectionAbortedException($"Connection {most + 1}; the limit is {most}."));
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
