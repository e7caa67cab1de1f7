using Microservices.Protocol;

namespace Microservices.Client.Connections;

/// <summary>Sends a heartbeat per interval; ends the connection when nothing arrives after one for too long.</summary>
/// <param name="connection">Which connection.</param>
/// <param name="options">The timeout and the clock.</param>
/// <param name="interval">The interval that holds.</param>
/// <param name="isAcked">The server answers heartbeats: only then does silence mean that the link is gone.</param>
internal sealed class HeartbeatLoop(Connection connection, PushClientOptions options, TimeSpan interval, bool isAcked)
{
    private readonly TimeProvider _time = options.TimeProvider;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var timeout = options.Heartbeat.AnswerTimeout;
        long? unanswered = null;
        var beaten = _time.GetTimestamp();
        while (true)
        {
            unanswered = unanswered is { } beat && connection.LastReceived >= beat ? null : unanswered;
            if (isAcked && unanswered is { } since && _time.GetElapsedTime(since) >= timeout)
            {
                connection.End(new ConnectionEnd(ClientAction.Reconnect, Code.HeartbeatTimeout, $"No answer to a heartbeat within {timeout}."));
                return;
            }

            if (_time.GetElapsedTime(beaten) >= interval)
            {
                // When the queue is full, what is in it shows the server that the client lives.
                connection.TrySend(FixedFrames.Heartbeat);
                beaten = _time.GetTimestamp();
                unanswered ??= beaten;
            }

            var pause = interval - _time.GetElapsedTime(beaten);
            if (isAcked && unanswered is { } oldest && timeout - _time.GetElapsedTime(oldest) is var left && left < pause)
            {
                pause = left;
            }

            await Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, _time, cancellationToken);
        }
    }
}
