using System.Collections.Frozen;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Liveness;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.WebSockets.Upgrades;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace Microservices.Gateway.Admission;

/// <summary>Sends refused connections away with a word: one frame, made beforehand.</summary>
internal sealed class Refusals
{
    /// <summary>
    /// A connection that is closed while the client's first frame is still on its way is reset, and some systems then throw away the
    /// refusal that they have not shown yet. So the client gets a moment to close first; in a flood, only so many do.
    /// </summary>
    private const int MaxLingering = 1_000;

    private const long LingerMs = 1_000;

    private static readonly Code[] Reasons =
        [Code.Unavailable, Code.GoingAway, Code.Overloaded, Code.TooManyConnections, Code.ConnectionRateExceeded, Code.AddressDenied];

    private readonly FrozenDictionary<Code, byte[]> _frames;
    private readonly FrozenDictionary<Code, byte[]> _replies;
    private readonly TimingWheel _wheel;
    private readonly GatewayMetrics _metrics;
    private int _lingering;

    public Refusals(TimingWheel wheel, GatewayMetrics metrics, IOptions<SessionsOptions> options)
    {
        _wheel = wheel;
        _metrics = metrics;
        _frames = Reasons.ToFrozenDictionary(static reason => reason, reason => Encode(reason, options.Value.RetryAfter));
        _replies = Reasons.ToFrozenDictionary(static reason => reason, reason => UpgradeReplies.NotAdmitted(reason, options.Value.RetryAfter));
    }

    /// <summary>Refuses a connection; it has ended when the task completes.</summary>
    public async Task RefuseAsync(ConnectionContext connection, Socket socket, Code reason)
    {
        _metrics.Refused(reason);
        try
        {
            socket.Blocking = false;
            socket.Send(_frames[reason], SocketFlags.None, out _);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception fault) when (fault is SocketException or ObjectDisposedException)
        {
            return;
        }

        await LingerIfFewAsync(connection);
    }

    /// <summary>Refuses a WebSocket, in HTTP, before it asked for anything; the connection has ended when the task completes.</summary>
    public Task RefuseWebSocketAsync(ConnectionContext connection, Code reason)
    {
        _metrics.Refused(reason);
        return RefuseWebSocketAsync(connection, _replies[reason]);
    }

    /// <summary>Answers a handshake that is refused; the connection has ended when the task completes.</summary>
    public async Task RefuseWebSocketAsync(ConnectionContext connection, ReadOnlyMemory<byte> reply)
    {
        try
        {
            await connection.Transport.Output.WriteAsync(reply);
        }
        catch (Exception fault) when (fault is ConnectionAbortedException or ConnectionResetException or IOException or ObjectDisposedException)
        {
            return;
        }

        await LingerIfFewAsync(connection);
    }

    private async Task LingerIfFewAsync(ConnectionContext connection)
    {
        if (Interlocked.Increment(ref _lingering) <= MaxLingering)
        {
            await LingerAsync(connection);
        }

        Interlocked.Decrement(ref _lingering);
    }

    private static byte[] Encode(Code reason, TimeSpan retryAfter) => FrameWriter.ToArray(
        ProtocolVersion.PushToChatClient,
        Command.Error,
        new Error
        {
            Code = reason,
            Reason = CodeTable.NameOf(reason),
            RetryAfterMs = CodeTable.ActionOf(reason) == ClientAction.BackOff ? (uint)retryAfter.TotalMilliseconds : 0,
        });

    private async Task LingerAsync(ConnectionContext connection)
    {
        var cut = new Cut(connection);
        _wheel.Schedule(cut, _wheel.NowMs + LingerMs);
        try
        {
            ReadResult result;
            do
            {
                result = await connection.Transport.Input.ReadAsync();
                connection.Transport.Input.AdvanceTo(result.Buffer.End);
            }
            while (!result.IsCompleted);
        }
        catch (Exception fault) when (fault is ConnectionAbortedException or ConnectionResetException or IOException)
        {
            // It ended, one way or the other.
        }
        finally
        {
            _wheel.Remove(cut);
        }
    }

    private sealed class Cut(ConnectionContext connection) : WheelEntry
    {
        protected internal override void OnDue() => connection.Abort();
    }
}
