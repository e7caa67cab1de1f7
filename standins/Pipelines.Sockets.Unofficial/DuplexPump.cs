using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace Pipelines.Sockets.Unofficial;

/// <summary>Two pipes, and two loops that move bytes between them and a transport the caller owns.</summary>
public abstract class DuplexPump : IMeasuredDuplexPipe, IDisposable
{
    private const int MinReceive = 2048;
    private readonly Pipe _inbound;
    private readonly Pipe _outbound;
    private readonly GuardedReader _input;
    private long _received;
    private long _sent;
    private int _lastReceived = -1;
    private int _shutdownKind;
    private int _socketError;

    private protected DuplexPump(PipeOptions? sendOptions, PipeOptions? receiveOptions)
    {
        _outbound = new Pipe(sendOptions ?? PipeOptions.Default);
        _inbound = new Pipe(receiveOptions ?? PipeOptions.Default);
        _input = new GuardedReader(_inbound.Reader);
    }

    public PipeReader Input => _input;
    public PipeWriter Output => _outbound.Writer;
    public long TotalBytesSent => Volatile.Read(ref _sent);
    public long TotalBytesReceived => Volatile.Read(ref _received);
    public long BytesSent => TotalBytesSent;
    public long BytesRead => TotalBytesReceived;
    public int LastReceived => Volatile.Read(ref _lastReceived);
    public PipeShutdownKind ShutdownKind => (PipeShutdownKind)Volatile.Read(ref _shutdownKind);
    public SocketError SocketError => (SocketError)Volatile.Read(ref _socketError);

    public bool TrySetProtocolShutdown(PipeShutdownKind kind) => TryShutdown(kind);

    public virtual void Dispose()
    {
        TryShutdown(PipeShutdownKind.PipeDisposed);
        Output.Complete();
        Input.CancelPendingRead();
        Input.Complete();
    }

    private protected abstract ValueTask<int> ReceiveAsync(Memory<byte> buffer);

    private protected abstract ValueTask SendAsync(ReadOnlySequence<byte> data);

    private protected void Start()
    {
        // The loops outlive the caller, so they must not keep its execution context. They end with the transport, and say how in the pipes.
        if (ExecutionContext.IsFlowSuppressed())
        {
            Run();
            return;
        }

        using (ExecutionContext.SuppressFlow())
        {
            Run();
        }
    }

    private void Run()
    {
        _ = ReceiveLoopAsync();
        _ = SendLoopAsync();
    }

    private async Task ReceiveLoopAsync()
    {
        var writer = _inbound.Writer;
        Exception? error = null;
        try
        {
            while (true)
            {
                var read = await ReceiveAsync(writer.GetMemory(MinReceive)).ConfigureAwait(false);
                Volatile.Write(ref _lastReceived, read);
                if (read <= 0)
                {
                    TryShutdown(PipeShutdownKind.ReadEndOfStream);
                    break;
                }

                Volatile.Write(ref _received, _received + read);
                writer.Advance(read);
                var flush = await writer.FlushAsync().ConfigureAwait(false);
                if (flush.IsCompleted || flush.IsCanceled)
                {
                    TryShutdown(PipeShutdownKind.InputCompleted);
                    break;
                }
            }
        }
        catch (Exception e)
        {
            error = Failed(e, PipeShutdownKind.ReadFailed);
        }

        writer.Complete(error);
    }

    private async Task SendLoopAsync()
    {
        var reader = _outbound.Reader;
        Exception? error = null;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync().ConfigureAwait(false);
                var buffer = result.Buffer;
                if (!buffer.IsEmpty)
                {
                    await SendAsync(buffer).ConfigureAwait(false);
                    Volatile.Write(ref _sent, _sent + buffer.Length);
                }

                reader.AdvanceTo(buffer.End);
                if (result.IsCompleted || result.IsCanceled)
                {
                    TryShutdown(PipeShutdownKind.OutputCompleted);
                    break;
                }
            }
        }
        catch (Exception e)
        {
            error = Failed(e, PipeShutdownKind.WriteFailed);
        }

        // Releases a writer that waits in FlushAsync.
        reader.Complete(error);
    }

    /// <summary>Keeps what ended the connection, the first time only, as the exception that the pipe's other side sees.</summary>
    private Exception Failed(Exception fault, PipeShutdownKind kind)
    {
        var error = fault switch
        {
            SocketException socket => socket.SocketErrorCode,
            ObjectDisposedException => SocketError.OperationAborted,
            _ => SocketError.Success,
        };
        switch (error)
        {
            case SocketError.OperationAborted or SocketError.Interrupted:
                TryShutdown(kind + 2, error);
                return new ConnectionResetException("The connection was closed locally.", fault);
            case SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.NotConnected:
                TryShutdown(kind + 1, error);
                return new ConnectionResetException(fault.Message, fault);
            default:
                TryShutdown(kind, error);
                return fault as IOException ?? new IOException(fault.Message, fault);
        }
    }

    private bool TryShutdown(PipeShutdownKind kind, SocketError error = SocketError.Success)
    {
        if (Interlocked.CompareExchange(ref _shutdownKind, (int)kind, 0) != 0)
        {
            return false;
        }

        Volatile.Write(ref _socketError, (int)error);
        return true;
    }
}
