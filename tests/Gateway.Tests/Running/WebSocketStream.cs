using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Microservices.Gateway.Tests.WebSockets;
using Microservices.Gateway.WebSockets.Frames;
using Microservices.Protocol;

namespace Microservices.Gateway.Tests.Running;

/// <summary>
/// A WebSocket as a stream of frames: what is written leaves as binary messages, a frame each; what is read are the frames of the messages that
/// come. It ends with the server's Close frame.
/// </summary>
internal sealed class WebSocketStream(NetworkStream stream) : Stream
{
    private byte[] _unsent = [];
    private byte[] _unread = [];

    /// <summary>What the server's Close frame said; 0 before it came.</summary>
    public ushort CloseStatus { get; private set; }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>The handshake. Where it is refused, the server has closed.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await stream.WriteAsync(
            "GET /ws HTTP/1.1\r\nHost: gateway\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"u8.ToArray(),
            cancellationToken);
        var answer = new StringBuilder();
        var one = new byte[1];
        while (!answer.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, cancellationToken);
            answer.Append((char)one[0]);
        }

        Assert.StartsWith("HTTP/1.1 101 ", answer.ToString(), StringComparison.Ordinal);
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _unsent = [.. _unsent, .. buffer];
        while (_unsent.Length >= Frame.HeaderBytes)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(_unsent);
            if (_unsent.Length < length)
            {
                break;
            }

            stream.Write(ClientFrames.Of(Opcode.Binary, _unsent.AsSpan(0, (int)length)));
            _unsent = _unsent[(int)length..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_unread.Length == 0)
        {
            if (CloseStatus != 0)
            {
                return 0;
            }

            var header = new byte[2];
            if (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken) < header.Length)
            {
                return 0;
            }

            var payload = new byte[await LengthAsync(header[1], cancellationToken)];
            await stream.ReadExactlyAsync(payload, cancellationToken);
            Take(header[0], payload);
        }

        var taken = Math.Min(buffer.Length, _unread.Length);
        _unread.AsMemory(0, taken).CopyTo(buffer);
        _unread = _unread[taken..];
        return taken;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        stream.Dispose();
        base.Dispose(disposing);
    }

    private async Task<int> LengthAsync(byte first, CancellationToken cancellationToken)
    {
        var more = new byte[first switch { 126 => 2, 127 => 8, _ => 0 }];
        await stream.ReadExactlyAsync(more, cancellationToken);
        return first switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(more),
            127 => (int)BinaryPrimitives.ReadUInt64BigEndian(more),
            _ => first,
        };
    }

    private void Take(byte first, byte[] payload)
    {
        switch (first)
        {
            case 0x80 | (byte)Opcode.Binary:
                _unread = payload;
                break;
            case 0x80 | (byte)Opcode.Text:
                // Before the first message of the client the server speaks text; a test sees the frame that it is.
                var header = Gateway.WebSockets.TextEnvelope.Read(payload, out var body);
                _unread = new byte[header.Length];
                (header with { Version = ProtocolVersion.PushToChatClient }).Write(_unread);
                System.Buffers.BuffersExtensions.CopyTo(body, _unread.AsSpan(Frame.HeaderBytes));
                break;
            case 0x80 | (byte)Opcode.Close:
                CloseStatus = BinaryPrimitives.ReadUInt16BigEndian(payload);
                break;
            default:
                Assert.Fail($"The server sent a frame that begins with {first:X2}.");
                break;
        }
    }
}
