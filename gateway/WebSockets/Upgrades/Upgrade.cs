using System.Buffers;
using System.IO.Pipelines;
using Microservices.Gateway.Arrivals;
using Microsoft.AspNetCore.Connections;

namespace Microservices.Gateway.WebSockets.Upgrades;

/// <summary>Reads the one HTTP request of a connection. Bounded in bytes, in fields and in time: who sends it byte by byte is cut like who sends nothing.</summary>
internal sealed class Upgrade(ConnectionContext connection, WebSocketParts parts) : Arrival(connection)
{
    private readonly PipeReader _input = connection.Transport.Input;
    private byte[]? _reply;
    private volatile bool _isTooLate;

    /// <summary>What to answer when it is accepted.</summary>
    public ReadOnlyMemory<byte> Reply => _reply;

    /// <summary>Reads and judges the request. What follows it stays in the input.</summary>
    public async Task<UpgradeOutcome> ReadAsync()
    {
        UpgradeOutcome? outcome = null;
        parts.Wheel.Schedule(this, parts.Wheel.NowMs + parts.UpgradeTimeoutMs);
        try
        {
            while (outcome is null)
            {
                var result = await _input.ReadAsync();
                var rest = result.Buffer;
                outcome = Judge(ref rest);
                if (outcome is null && (result.IsCompleted || _isTooLate))
                {
                    outcome = _isTooLate ? UpgradeOutcome.TimedOut : UpgradeOutcome.Lost;
                }

                _input.AdvanceTo(rest.Start, outcome is null ? rest.End : rest.Start);
            }
        }
        catch (Exception fault) when (fault is ConnectionAbortedException or ConnectionResetException or IOException or ObjectDisposedException)
        {
            outcome = UpgradeOutcome.Lost;
        }
        finally
        {
            parts.Wheel.Remove(this);
        }

        if (!TryEnd())
        {
            // Cut: the gateway stops.
            outcome = UpgradeOutcome.Lost;
        }

        parts.Metrics.Upgrade(outcome.Value);
        return outcome.Value;
    }

    /// <summary>Its time is over. A read that begins later is woken too; one of the messages that follow does not mind.</summary>
    protected internal override void OnDue()
    {
        _isTooLate = true;
        _input.CancelPendingRead();
    }

    private UpgradeOutcome? Judge(ref ReadOnlySequence<byte> rest)
    {
        var reader = new SequenceReader<byte>(rest);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> head, "\r\n\r\n"u8))
        {
            return rest.Length > parts.Options.MaxUpgradeBytes ? UpgradeOutcome.TooLarge : null;
        }

        if (head.Length > parts.Options.MaxUpgradeBytes)
        {
            return UpgradeOutcome.TooLarge;
        }

        var outcome = UpgradeRequest.Judge(
            head.IsSingleSegment ? head.FirstSpan : head.ToArray(), parts.Options.MaxUpgradeFields, parts.Origins, out var key);
        if (outcome == UpgradeOutcome.Accepted)
        {
            _reply = new byte[UpgradeReplies.AcceptBytes];
            UpgradeReplies.WriteAccept(_reply, key);
        }

        rest = rest.Slice(reader.Position);
        return outcome;
    }
}
