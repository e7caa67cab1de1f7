using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Runtime.CompilerServices;

namespace Microservices.Gateway.Transport;

/// <summary>
/// Sends through the transport's pipe, behind which TLS encrypts. One flush is under way at a time, and nothing is written meanwhile; its
/// bytes count as waiting until it is done, so they stand first in the backlog.
/// </summary>
internal sealed class PipeOutlet(PipeWriter output, SslStream tls) : IOutlet
{
    /// <summary>A TLS record holds as much. A flush counts as progress of the peer only as a whole, so it is not to be longer.</summary>
    private const int MaxFlushBytes = 16 * 1024;

    private ValueTaskAwaiter<FlushResult> _flush;
    private Task _finishing = Task.CompletedTask;
    private int _underWay;
    private TaskCompletionSource? _idle;

    public bool TrySend(ReadOnlySpan<byte> bytes, out int taken)
    {
        for (taken = 0; taken < bytes.Length;)
        {
            if (Begin(bytes[taken..]))
            {
                return true;
            }

            if (Take() is not (> 0 and var took))
            {
                return false;
            }

            taken += took;
        }

        return true;
    }

    public bool Send(Backlog backlog)
    {
        // What TrySend has begun stands first in the backlog.
        if (_underWay == 0)
        {
            Begin(backlog.First);
        }

        if (_flush.IsCompleted)
        {
            return false;
        }

        _flush.UnsafeOnCompleted(backlog.WhenCompleted);
        return true;
    }

    public int Taken(Backlog backlog) => Take();

    public void Finish() => _finishing = FinishAsync();

    /// <summary>Nothing is posted any more: completes when nothing uses the pipe, which may be taken down then. Cuts the link where that may take.</summary>
    public async Task EndAsync(Action cut)
    {
        var idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _idle, idle);
        Interlocked.MemoryBarrier();
        var isBusy = Volatile.Read(ref _underWay) > 0;
        if (isBusy || !_finishing.IsCompleted)
        {
            cut();
        }

        await (isBusy ? idle.Task : Task.CompletedTask);
        await _finishing;
    }

    /// <summary>Gives the first part to the pipe.</summary>
    /// <returns>True: the flush is under way. False: it is done.</returns>
    private bool Begin(ReadOnlySpan<byte> bytes)
    {
        var part = bytes[..Math.Min(bytes.Length, MaxFlushBytes)];
        Volatile.Write(ref _underWay, part.Length);
        try
        {
            output.Write(part);
#pragma warning disable CA2012 // Take consumes it, once.
            _flush = output.FlushAsync().GetAwaiter();
#pragma warning restore CA2012
        }
        catch (InvalidOperationException)
        {
            // The pipe was taken down.
            _flush = new ValueTask<FlushResult>(new FlushResult(isCanceled: true, isCompleted: true)).GetAwaiter();
        }

        return !_flush.IsCompleted;
    }

    private int Take()
    {
        var bytes = _underWay;
        try
        {
            var result = _flush.GetResult();
            return result.IsCompleted || result.IsCanceled ? 0 : bytes;
        }
        catch (Exception fault) when (IsBrokenLink(fault))
        {
            return 0;
        }
        finally
        {
            _flush = default;
            Volatile.Write(ref _underWay, 0);
            Interlocked.MemoryBarrier();
            Volatile.Read(ref _idle)?.TrySetResult();
        }
    }

    private async Task FinishAsync()
    {
        try
        {
            await tls.ShutdownAsync();
        }
        catch (Exception fault) when (IsBrokenLink(fault))
        {
            // The peer was faster; the reading side tells the connection.
        }
    }

    private static bool IsBrokenLink(Exception fault) =>
        fault is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException or NotSupportedException;
}
