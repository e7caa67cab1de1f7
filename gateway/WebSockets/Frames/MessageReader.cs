using System.Buffers;
using System.Text.Unicode;
using Microservices.Protocol;

namespace Microservices.Gateway.WebSockets.Frames;

/// <summary>
/// Cuts a client's messages out of its stream, however TCP and the client split them. A message in one frame, as nearly all are, is unmasked into
/// memory of the thread; only one that comes in parts takes memory of its own, until it is whole and released.
/// </summary>
/// <param name="maxMessageBytes">The longest message, all its parts together.</param>
/// <param name="maxParts">How many frames a message may come in.</param>
internal sealed class MessageReader(int maxMessageBytes, int maxParts)
{
    private const int FirstBytes = 4096;
    private const int KeptBytes = 128 * 1024;

    [ThreadStatic]
    private static byte[]? ofThread;

    // The message that comes in parts, if one does.
    private byte[]? _whole;
    private int _bytes;
    private int _parts;
    private Opcode _opcode;

    /// <summary>Takes the next message, or the next control frame, off <paramref name="rest"/>.</summary>
    /// <param name="rest">What was received; what is done with is cut off, also when no message is whole yet.</param>
    /// <param name="message">Valid until <see cref="Release"/> or the next call.</param>
    /// <returns>False: more bytes are needed.</returns>
    /// <exception cref="ProtocolException">
    /// <see cref="Code.WebSocketProtocol"/>, <see cref="Code.WebSocketNotUtf8"/> or <see cref="Code.FrameTooLarge"/>: the stream can't be trusted any more.
    /// </exception>
    public bool TryRead(ref ReadOnlySequence<byte> rest, out Message message)
    {
        message = default;
        while (FrameStart.TryRead(rest, maxMessageBytes, out var start))
        {
            JudgePart(start);
            if (rest.Length < start.HeaderBytes + start.PayloadBytes)
            {
                return false;
            }

            var masked = rest.Slice(start.HeaderBytes, start.PayloadBytes);
            rest = rest.Slice(masked.End);
            if (start.IsControl || (start.IsFinal && _parts == 0))
            {
                var payload = Scratch(start.PayloadBytes);
                Mask.Remove(masked, payload.Span, start.MaskingKey);
                message = Checked(start.Opcode, payload);
                return true;
            }

            Append(masked, start);
            if (start.IsFinal)
            {
                _parts = 0;
                message = Checked(_opcode, _whole.AsMemory(0, _bytes));
                return true;
            }
        }

        return false;
    }

    /// <summary>The message that was read is done with: memory that it took is given back.</summary>
    public void Release()
    {
        if (_parts == 0)
        {
            Drop();
        }
    }

    /// <summary>Nothing more is read.</summary>
    public void Drop()
    {
        if (_whole is not null)
        {
            ArrayPool<byte>.Shared.Return(_whole);
        }

        _whole = null;
        _bytes = 0;
        _parts = 0;
    }

    private static Message Checked(Opcode opcode, ReadOnlyMemory<byte> payload) =>
        opcode != Opcode.Text || Utf8.IsValid(payload.Span)
            ? new Message(opcode, payload)
            : throw new ProtocolException(Code.WebSocketNotUtf8, "A text message is not well-formed UTF-8.");

    private static Memory<byte> Scratch(int bytes)
    {
        var scratch = ofThread;
        if (scratch is null || scratch.Length < bytes || scratch.Length > KeptBytes)
        {
            ofThread = scratch = new byte[Math.Max(FirstBytes, bytes)];
        }

        return scratch.AsMemory(0, bytes);
    }

    private void JudgePart(FrameStart start)
    {
        if (start.IsControl)
        {
            return;
        }

        if (start.Opcode == Opcode.Continuation != _parts > 0)
        {
            throw new ProtocolException(Code.WebSocketProtocol, _parts > 0 ? "A message begins inside of another one." : "A continuation where no message has begun.");
        }

        if (_parts == 0)
        {
            return;
        }

        if (start.PayloadBytes > maxMessageBytes - _bytes)
        {
            throw new ProtocolException(Code.FrameTooLarge, $"WebSocket message of {_bytes + (long)start.PayloadBytes} bytes or more; the limit is {maxMessageBytes}.");
        }

        if (_parts == maxParts)
        {
            throw new ProtocolException(Code.FrameTooLarge, $"WebSocket message in more than {maxParts} parts.");
        }
    }

    private void Append(in ReadOnlySequence<byte> masked, FrameStart start)
    {
        if (_parts++ == 0)
        {
            _opcode = start.Opcode;
            _bytes = 0;
        }

        var bytes = _bytes + start.PayloadBytes;
        if (_whole is null || _whole.Length < bytes)
        {
            Grow(bytes);
        }

        Mask.Remove(masked, _whole.AsSpan(_bytes), start.MaskingKey);
        _bytes = bytes;
    }

    private void Grow(int bytes)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(bytes, _whole is null ? Math.Min(FirstBytes, maxMessageBytes) : Math.Min(2 * _whole.Length, maxMessageBytes)));
        if (_whole is not null)
        {
            _whole.AsSpan(0, _bytes).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_whole);
        }

        _whole = larger;
    }
}
