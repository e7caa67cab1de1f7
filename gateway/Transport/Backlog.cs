using System.Buffers;
using System.Net.Sockets;

namespace Microservices.Gateway.Transport;

/// <summary>
/// The bytes that a peer has not taken yet, in order, and the send that waits for it (on a socket the system's own, on a pipe
/// <see cref="WhenCompleted"/>). Rented by an outbox only while there are any. Guarded by the outbox's lock, but for the completion.
/// </summary>
internal sealed class Backlog() : SocketAsyncEventArgs(SuppressExecutionContext)
{
    // Whoever posts does so for many connections: its context must not travel along.
    private const bool SuppressExecutionContext = true;

    // Many connections stall for a moment with a frame or two; few need more.
    private const int FirstBlockBytes = 4096;
    private const int BlockBytes = 16 * 1024;

    // The first block is being sent from _sent on; appending goes behind what is under way, in the last block.
    private readonly Queue<ArraySegment<byte>> _full = new();
    private byte[]? _block;
    private int _written;
    private int _sent;
    private Outbox? _owner;
    private Action? _completed;

    /// <summary>Bytes that wait, those under way included.</summary>
    public int PendingBytes { get; private set; }

    /// <summary>When it began, or when the peer last took something; ms.</summary>
    public long ProgressMs { get; private set; }

    public void Begin(Outbox owner, long nowMs)
    {
        _owner = owner;
        ProgressMs = nowMs;
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        PendingBytes += bytes.Length;
        while (bytes.Length > 0)
        {
            if (_block is null || _written == _block.Length)
            {
                NextBlock();
            }

            var fits = Math.Min(bytes.Length, _block!.Length - _written);
            bytes[..fits].CopyTo(_block.AsSpan(_written));
            _written += fits;
            bytes = bytes[fits..];
        }
    }

    /// <summary>What is to be sent next. Not empty, for something waits.</summary>
    public ArraySegment<byte> First
    {
        get
        {
            var (block, end) = FirstBlock();
            return new ArraySegment<byte>(block, _sent, end - _sent);
        }
    }

    /// <summary>An outlet that is no socket calls it when its send is done.</summary>
    public Action WhenCompleted => _completed ??= OnCompleted;

    /// <summary>Removes what a finished send has taken.</summary>
    public void Took(int bytes, long nowMs)
    {
        ProgressMs = nowMs;
        PendingBytes -= bytes;
        while (bytes > 0)
        {
            var (block, end) = FirstBlock();
            var took = Math.Min(bytes, end - _sent);
            bytes -= took;
            _sent += took;
            if (_sent < end)
            {
                return;
            }

            if (_full.TryDequeue(out _))
            {
                ArrayPool<byte>.Shared.Return(block);
            }
            else
            {
                // The block is empty and nothing is under way: it is filled again from its beginning.
                _written = 0;
            }

            _sent = 0;
        }
    }

    /// <summary>Forgets everything; no send is under way.</summary>
    public void Reset()
    {
        while (_full.TryDequeue(out var full))
        {
            ArrayPool<byte>.Shared.Return(full.Array!);
        }

        if (_block is not null)
        {
            ArrayPool<byte>.Shared.Return(_block);
        }

        SetBuffer(null, 0, 0);
        _block = null;
        _owner = null;
        _written = 0;
        _sent = 0;
        PendingBytes = 0;
    }

    protected override void OnCompleted(SocketAsyncEventArgs e) => _owner!.OnSent(this);

    private void OnCompleted()
    {
        // Where the send was done just now, its outbox is still busy with having begun it; it calls nobody under its lock.
        if (Monitor.IsEntered(_owner!))
        {
            ThreadPool.UnsafeQueueUserWorkItem(static backlog => backlog._owner!.OnSent(backlog), this, preferLocal: false);
        }
        else
        {
            _owner!.OnSent(this);
        }
    }

    private (byte[] Block, int End) FirstBlock() =>
        _full.TryPeek(out var full) ? (full.Array!, full.Count) : (_block!, _written);

    private void NextBlock()
    {
        var size = FirstBlockBytes;
        if (_block is not null)
        {
            _full.Enqueue(new ArraySegment<byte>(_block, 0, _written));
            size = BlockBytes;
        }

        _block = ArrayPool<byte>.Shared.Rent(size);
        _written = 0;
    }
}
