using System.Globalization;
using RabbitMQ.Client;

namespace Microservices.Bus.RabbitMq;

/// <summary>
/// Gives a connection up whose broker has fallen silent, after two heartbeats at most: before the library's own timer does, after three.
/// That timer closes the connection beside the library's reader, which closes it too, and whichever of them comes second throws; when that
/// is the timer, nobody can catch it and the process ends (RabbitMQ.Client 7.1.2 and 7.2.0).
/// </summary>
internal sealed class SilenceWatch(LiveConnection connection, IChannel channel, TimeSpan heartbeat, TimeProvider time)
{
    private readonly TimeSpan _every = heartbeat / 2;
    private readonly TimeSpan _patience = heartbeat * 1.5;

    /// <summary>Ends with the connection; never faults.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_every, time, connection.Ended);
                await AskAsync();
            }
        }
        catch (OperationCanceledException) when (connection.Ended.IsCancellationRequested)
        {
            // It has ended for another reason.
        }
        catch (Exception fault)
        {
            connection.Abandon(fault is TimeoutException
                ? string.Create(CultureInfo.InvariantCulture, $"the broker answered nothing for {_patience.TotalSeconds:0.#} s")
                : fault.Message);
        }
    }

    /// <summary>Asks the broker for something that it answers at once and that changes nothing.</summary>
    /// <exception cref="TimeoutException">No answer came.</exception>
    private async Task AskAsync()
    {
        var asking = channel.BasicQosAsync(prefetchSize: 0, prefetchCount: 1, global: false, connection.Ended);
        while (true)
        {
            try
            {
                await asking.WaitAsync(_patience, time, connection.Ended);
                return;
            }
            catch (TimeoutException) when (connection.IsBlocked)
            {
                // A broker that is short of memory or disk reads nothing from who publishes. It says so, and its heartbeats go on.
            }
        }
    }
}
