using System.Threading.Tasks.Sources;

namespace Microservices.Cli.Load.Engine.Transports;

/// <summary>
/// The socket of a connection as a stream, for code that wants one: a read ends on the loop's thread, within the call that brings the bytes, and a
/// write never waits. So what is built on it stays on the loop's thread too.
/// </summary>
internal sealed class LoopStream(LoadConnection connection) : Stream, IValueTaskSource<int>
{
    private ManualResetValueTaskSourceCore<int> _read;
    private Memory<byte> _wanted;
    private bool _isReading;
    private bool _isOver;

    // What the socket brought and nobody has read yet: valid within Feed only, and then kept.
    private ReadOnlyMemory<byte> _bytes;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Bytes came; they are valid until it returns.</summary>
    public void Feed(ReadOnlyMemory<byte> bytes)
    {
        if (!_bytes.IsEmpty)
        {
            bytes = (byte[])[.. _bytes.Span, .. bytes.Span];
        }

        _bytes = bytes;
        while (_isReading && !_bytes.IsEmpty)
        {
            _isReading = false;
            _read.SetResult(Copy(_wanted.Span));
        }

        _bytes = _bytes.IsEmpty ? default : _bytes.ToArray();
    }

    /// <summary>No more bytes come.</summary>
    public void End()
    {
        _isOver = true;
        if (_isReading)
        {
            _isReading = false;
            _read.SetResult(0);
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_bytes.IsEmpty || _isOver)
        {
            return new ValueTask<int>(Copy(buffer.Span));
        }

        _read.Reset();
        (_wanted, _isReading) = (buffer, true);
        return new ValueTask<int>(this, _read.Version);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!_isOver && !connection.SendRaw(buffer) && !_isOver)
        {
            throw new IOException("Too much waits to be sent.");
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    int IValueTaskSource<int>.GetResult(short token) => _read.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _read.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _read.OnCompleted(continuation, state, token, flags);

    private int Copy(Span<byte> destination)
    {
        var count = Math.Min(destination.Length, _bytes.Length);
        _bytes.Span[..count].CopyTo(destination);
        _bytes = _bytes[count..];
        return count;
    }
}
