using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Threading.Channels;
using Microservices.Protocol;

namespace Microservices.Client.Connections;

/// <summary>
/// One connection: a loop that reads, a loop that writes, and what the caller does on it. It ends once, the first reason wins, and none of
/// the three outlives it.
/// </summary>
internal sealed class Connection : IAsyncDisposable
{
    private const int MaxBatchBytes = 64 * 1024;

    private readonly Stream _stream;
    private readonly PushClientOptions _options;
    private readonly Channel<ReadOnlyMemory<byte>> _outbox;
    private readonly TaskCompletionSource<ConnectionEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastReceived;

    public Connection(Stream stream, PushClientOptions options)
    {
        _stream = stream;
        _options = options;
        _outbox = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(options.MaxQueuedFrames) { SingleReader = true });
        _lastReceived = options.TimeProvider.GetTimestamp();
    }

    /// <summary>Takes each frame on the reading loop, before the next one is read.</summary>
    public delegate void FrameHandler(in FrameHeader header, in ReadOnlySequence<byte> body);

    /// <summary>When bytes last arrived, by the client's clock.</summary>
    public long LastReceived => Volatile.Read(ref _lastReceived);

    /// <summary>The longest frame that the server takes.</summary>
    public uint MaxSendBytes { get; set; } = Frame.DefaultMaxBytes;

    public bool HasEnded => _ended.Task.IsCompleted;

    /// <summary>Ends with the connection.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Ends the connection; the first reason wins.</summary>
    public void End(ConnectionEnd end) => _ended.TrySetResult(end);

    /// <summary>Queues a frame; false when the queue is full or the connection has ended.</summary>
    public bool TrySend(ReadOnlyMemory<byte> frame) => _outbox.Writer.TryWrite(frame);

    /// <summary>Queues a frame; waits while the queue is full.</summary>
    /// <exception cref="ChannelClosedException">The connection has ended.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken) => _outbox.Writer.WriteAsync(frame, cancellationToken);

    /// <summary>Runs to the end.</summary>
    /// <param name="onFrame">Takes what arrives. What it throws, but for a <see cref="ProtocolException"/>, is thrown here.</param>
    /// <param name="work">What the client does on the connection; its token ends with the connection.</param>
    /// <param name="stop">Says goodbye and ends.</param>
    public async Task<ConnectionEnd> RunAsync(FrameHandler onFrame, Func<CancellationToken, Task> work, CancellationToken stop)
    {
        using var abort = new CancellationTokenSource();
        var transfer = Task.WhenAll(GuardAsync(ReadAsync(onFrame, abort.Token)), GuardAsync(WriteAsync(abort.Token)));
        var working = GuardAsync(work(abort.Token));
        ConnectionEnd end;
        await using (stop.UnsafeRegister(static connection => ((Connection)connection!).SayGoodbye(), this))
        {
            end = await _ended.Task;
        }

        _outbox.Writer.TryComplete();
        if (end.Code == Code.Goodbye)
        {
            // Reading goes on until the server closes: a socket that is closed with unread bytes takes back what it has not sent yet.
            await Task.WhenAny(transfer, Task.Delay(_options.CloseTimeout, _options.TimeProvider, abort.Token));
        }

        await abort.CancelAsync();
        await Task.WhenAll(transfer, working);
        return end;
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    private void SayGoodbye()
    {
        TrySend(FixedFrames.Goodbye);
        End(new ConnectionEnd(ClientAction.Stop, Code.Goodbye, "Closed by the application."));
    }

    private async Task ReadAsync(FrameHandler onFrame, CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(_stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (await ReadOnceAsync(reader, onFrame, cancellationToken))
            {
            }

            End(ConnectionEnd.Lost("The server closed the connection without a reason."));
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private async ValueTask<bool> ReadOnceAsync(PipeReader reader, FrameHandler onFrame, CancellationToken cancellationToken)
    {
        var result = await reader.ReadAsync(cancellationToken);
        Volatile.Write(ref _lastReceived, _options.TimeProvider.GetTimestamp());
        var buffer = result.Buffer;
        try
        {
            while (!HasEnded && FrameDecoder.TryRead(ref buffer, _options.MaxFrameBytes, out var header, out var body))
            {
                onFrame(in header, in body);
            }

            buffer = HasEnded ? buffer.Slice(buffer.End) : buffer;
        }
        finally
        {
            reader.AdvanceTo(buffer.Start, buffer.End);
        }

        return !result.IsCompleted;
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        var batch = new ArrayBufferWriter<byte>();
        while (await _outbox.Reader.WaitToReadAsync(cancellationToken))
        {
            while (batch.WrittenCount < MaxBatchBytes && _outbox.Reader.TryRead(out var frame))
            {
                batch.Write(frame.Span);
            }

            await _stream.WriteAsync(batch.WrittenMemory, cancellationToken);
            batch.ResetWrittenCount();
        }
    }

    private async Task GuardAsync(Task loop)
    {
        try
        {
            await loop;
        }
        catch (OperationCanceledException) when (HasEnded)
        {
            // That is how the loops are ended.
        }
        catch (ProtocolException fault)
        {
            // The server's fault, not ours: another try may meet a better one.
            End(new ConnectionEnd(ClientAction.Reconnect, fault.Code, $"The server broke the protocol: {fault.Message}"));
        }
        catch (Exception fault) when (fault is IOException or SocketException or TimeoutException or TokenException)
        {
            End(ConnectionEnd.Lost(fault.Message));
        }
        catch
        {
            End(new ConnectionEnd(ClientAction.Stop, Code.InternalError, "A handler of the application threw."));
            throw;
        }
    }
}
