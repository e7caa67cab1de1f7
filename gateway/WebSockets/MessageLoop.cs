using System.Buffers;
using System.IO.Pipelines;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Transport;
using Microservices.Gateway.WebSockets.Frames;
using Microservices.Protocol;
using Microsoft.AspNetCore.Connections;

namespace Microservices.Gateway.WebSockets;

/// <summary>
/// Moves what a client sends on a WebSocket, message by message, to the commands: what <see cref="FrameLoop"/> does for a plain link, which stays
/// free of what a WebSocket needs.
/// </summary>
internal sealed class MessageLoop(Connection connection, IOutlet outlet, ConnectionParts parts, WebSocketParts sockets)
{
    private const int MaxControlFrameBytes = 2 + 125;

    private readonly MessageReader _reader = new(sockets.MaxMessageBytes, sockets.Options.MaxMessageParts);
    private ErrorBudget _pongs;

    /// <summary>What its connection sends on.</summary>
    public IOutlet Outlet => outlet;

    /// <summary>Reads until the link ends; also while the connection is closing, so that the last frame is not lost to a reset.</summary>
    public async Task RunAsync(PipeReader input)
    {
        try
        {
            while (true)
            {
                var result = await input.ReadAsync();
                var rest = result.Buffer;
                Task? pause = null;
                try
                {
                    pause = Handle(ref rest);
                }
                finally
                {
                    input.AdvanceTo(rest.Start, pause is null ? rest.End : rest.Start);
                }

                if (pause is not null)
                {
                    connection.Pause(true);
                    await pause.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                    connection.Pause(false);
                }
                else if (result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception fault) when (fault is ConnectionAbortedException or ConnectionResetException or IOException or ObjectDisposedException)
        {
            // The link broke, or was cut.
        }
        finally
        {
            _reader.Drop();
            connection.End();
        }
    }

    private Task? Handle(ref ReadOnlySequence<byte> rest)
    {
        while (!connection.IsClosing)
        {
            try
            {
                if (!_reader.TryRead(ref rest, out var message))
                {
                    return null;
                }

                var pause = Handle(message);
                _reader.Release();
                if (pause is { IsCompleted: false })
                {
                    return pause;
                }
            }
            catch (ProtocolException fault)
            {
                _reader.Release();
                connection.Fault(fault);
            }
            catch (Exception fault)
            {
                Log.Failed(parts.Logger, fault, connection.RemoteAddress);
                connection.Close(Code.InternalError, "A fault of the server.");
            }
        }

        // Nothing is heard any more while the last frame is on its way.
        _reader.Drop();
        rest = rest.Slice(rest.End);
        return null;
    }

    private Task? Handle(Message message)
    {
        switch (message.Opcode)
        {
            case Opcode.Text:
                connection.AnswerIn(Framing.Text);
                var header = TextEnvelope.Read(message.Payload, out var body);
                return parts.Commands.Handle(connection, header, body);
            case Opcode.Binary:
                connection.AnswerIn(Framing.Binary);
                header = ReadFrame(message.Payload, out body);
                return parts.Commands.Handle(connection, header, body);
            case Opcode.Ping:
                connection.Heard();
                Pong(message.Payload.Span);
                return null;
            case Opcode.Pong:
                connection.Heard();
                return null;
            default:
                Span<byte> answer = stackalloc byte[MaxControlFrameBytes];
                connection.CloseAsAsked(answer[..CloseStatus.WriteEcho(answer, message.Payload.Span)]);
                return null;
        }
    }

    private FrameHeader ReadFrame(ReadOnlyMemory<byte> message, out ReadOnlySequence<byte> body)
    {
        var rest = new ReadOnlySequence<byte>(message);
        return FrameDecoder.TryRead(ref rest, parts.MaxFrameBytes, out var header, out body) && rest.IsEmpty
            ? header
            : throw new ProtocolException(Code.MalformedBody, $"A binary message of {message.Length} bytes that is not one frame.");
    }

    /// <summary>Answers a ping. Only so many a second: one answer may stand for several pings.</summary>
    private void Pong(ReadOnlySpan<byte> payload)
    {
        if (!_pongs.TrySpend(parts.Wheel.NowMs, sockets.Options.MaxPongsPerSecond))
        {
            sockets.Metrics.Ping(isAnswered: false);
            return;
        }

        Span<byte> pong = stackalloc byte[MaxControlFrameBytes];
        var header = ServerFrame.WriteHeader(pong, Opcode.Pong, payload.Length);
        payload.CopyTo(pong[header..]);
        sockets.Metrics.Ping(connection.TryPostBare(pong[..(header + payload.Length)]));
    }
}
