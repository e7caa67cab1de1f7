using System.Buffers.Binary;
using System.Text;

namespace Microservices.Cli.Load.Engine.Transports;

/// <summary>The WebSocket of one connection (RFC 6455), client side: binary messages in both directions, without extensions.</summary>
internal sealed class WebSocketLayer
{
    // What is handed on before a message has ended, because the protocol wants more of it.
    private LoadBytes _part;
    private bool _isOpen;

    /// <summary>Asks for the WebSocket.</summary>
    public static void Begin(LoadConnection connection) => connection.SendStream(WebSocketHandshake.Request(connection.Target));

    /// <summary>Sends one message.</summary>
    public static bool Send(LoadConnection connection, ReadOnlySpan<byte> payload) => Send(connection, WebSocketFrame.Binary, payload);

    /// <returns>How many of the bytes are done with.</returns>
    public int Receive(LoadConnection connection, ReadOnlySpan<byte> bytes)
    {
        var rest = bytes;
        if (!_isOpen)
        {
            if (!WebSocketHandshake.TryRead(ref rest, out var fault))
            {
                return 0;
            }

            if (fault is not null)
            {
                connection.Fail(fault);
                return bytes.Length;
            }

            _isOpen = true;
            connection.Protocol.Open(connection);
        }

        while (connection.Phase != LoadPhase.Ended && WebSocketFrame.TryRead(ref rest, out var kind, out var payload))
        {
            Take(connection, kind, payload);
        }

        return bytes.Length - rest.Length;
    }

    private void Take(LoadConnection connection, int kind, ReadOnlySpan<byte> payload)
    {
        switch (kind)
        {
            case WebSocketFrame.Continuation or WebSocketFrame.Text or WebSocketFrame.Binary:
                Message(connection, payload);
                break;
            case WebSocketFrame.Ping:
                Send(connection, WebSocketFrame.Pong, payload);
                break;
            case WebSocketFrame.Close:
                Send(connection, WebSocketFrame.Close, payload[..Math.Min(2, payload.Length)]);
                connection.Fail(ReasonOf(payload));
                break;
            case WebSocketFrame.Pong:
                break;
            default:
                connection.Fail("not understood: websocket_protocol");
                break;
        }
    }

    private void Message(LoadConnection connection, ReadOnlySpan<byte> payload)
    {
        if (_part.IsEmpty)
        {
            var consumed = connection.Protocol.Receive(connection, payload);
            if (connection.Phase != LoadPhase.Ended)
            {
                _part.Set(payload[consumed..]);
            }

            return;
        }

        _part.Append(payload);
        if (_part.Length > LoadLoop.MaxHeldBytes)
        {
            connection.Fail("not understood: frame_too_large");
            return;
        }

        var done = connection.Protocol.Receive(connection, _part.Span);
        if (connection.Phase != LoadPhase.Ended)
        {
            _part.RemoveFirst(done);
        }
    }

    private static bool Send(LoadConnection connection, int kind, ReadOnlySpan<byte> payload)
    {
        Span<byte> small = stackalloc byte[256];
        var length = WebSocketFrame.MaxHeaderBytes + payload.Length;
        var frame = length <= small.Length ? small : new byte[length];
        return connection.SendStream(frame[..WebSocketFrame.Write(frame, kind, payload)]);
    }

    // A gateway's close says why in the name of its code.
    private static string ReasonOf(ReadOnlySpan<byte> payload) =>
        payload.Length > 2 ? Encoding.UTF8.GetString(payload[2..])
        : payload.Length == 2 ? $"closed by the server: {BinaryPrimitives.ReadUInt16BigEndian(payload)}"
        : "closed by the server";
}
