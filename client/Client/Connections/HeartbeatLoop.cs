using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Client.Connections;

/// <summary>Sends a heartbeat per interval; ends the connection when nothing arrives after one for too long.</summary>
internal sealed class HeartbeatLoop(Connection connection, PushClientOptions options, HeartbeatPace pace)
{
    private readonly TimeProvider _time = options.TimeProvider;

    /// <summary>Beats until the connection ends.</summary>
    /// <param name="isAcked">The server answers heartbeats: only then does silence mean that the link is gone.</param>
    /// <param name="cancellationToken">The connection has ended.</param>
    public async Task RunAsync(bool isAcked, CancellationToken cancellationToken)
    {
        var timeout = options.Heartbeat.AnswerTimeout;
        long? unanswered = null;
        var beaten = _time.GetTimestamp();
        while (true)
        {
            var changed = pace.Changed;
            unanswered = unanswered is { } beat && connection.LastReceived >= beat ? null : unanswered;
            if (isAcked && unanswered is { } since && _time.GetElapsedTime(since) >= timeout)
            {
                connection.End(new ConnectionEnd(ClientAction.Reconnect, Code.HeartbeatTimeout, $"No answer to a heartbeat within {timeout}."));
                return;
            }

            var proposal = pace.TakeProposal();
            if (proposal > TimeSpan.Zero || _time.GetElapsedTime(beaten) >= pace.Interval)
            {
                // When the queue is full, what is in it shows the server that the client lives; a proposal is made again with the next beat.
                if (!connection.TrySend(Frame(proposal)) && proposal > TimeSpan.Zero)
                {
                    pace.KeepProposal(proposal);
                }

                beaten = _time.GetTimestamp();
                unanswered ??= beaten;
            }

            var pause = pace.Interval - _time.GetElapsedTime(beaten);
            if (isAcked && unanswered is { } oldest && timeout - _time.GetElapsedTime(oldest) is var left && left < pause)
            {
                pause = left;
            }

            await Task.WhenAny(Task.Delay(pause > TimeSpan.Zero ? pause : TimeSpan.Zero, _time, cancellationToken), changed);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static ReadOnlyMemory<byte> Frame(TimeSpan proposal) => proposal > TimeSpan.Zero
        ? FrameWriter.ToArray(ProtocolVersion.Current, Command.Heartbeat, new Heartbeat { HeartbeatMs = (uint)proposal.TotalMilliseconds })
        : FixedFrames.Heartbeat;
}
