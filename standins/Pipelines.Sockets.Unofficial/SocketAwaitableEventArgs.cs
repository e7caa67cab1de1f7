using System.IO.Pipelines;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Pipelines.Sockets.Unofficial;

/// <summary>Socket operation that can be awaited once per use, and abandoned with <see cref="Abort"/>.</summary>
public sealed class SocketAwaitableEventArgs : SocketAsyncEventArgs, ICriticalNotifyCompletion
{
    private static readonly Action Done = static () => { };

    private readonly PipeScheduler? _scheduler;
    private Action? _continuation;

    // The SocketError given to Abort, or 0.
    private int _abort;

    public SocketAwaitableEventArgs(PipeScheduler? ioScheduler = null) =>
        _scheduler = ReferenceEquals(ioScheduler, PipeScheduler.Inline) ? null : ioScheduler;

    public SocketAwaitableEventArgs GetAwaiter() => this;

    public bool IsCompleted => ReferenceEquals(Volatile.Read(ref _continuation), Done);

    public int GetResult()
    {
        Volatile.Write(ref _continuation, null);
        var error = (SocketError)Interlocked.Exchange(ref _abort, 0);
        if (error == SocketError.Success)
        {
            error = SocketError;
        }

        if (error != SocketError.Success)
        {
            throw new SocketException((int)error);
        }

        return BytesTransferred;
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation)
    {
        if (Interlocked.CompareExchange(ref _continuation, continuation, null) is null)
        {
            return;
        }

        if (!IsCompleted)
        {
            throw new InvalidOperationException("The operation is already awaited.");
        }

        Run(continuation);
    }

    public void Complete()
    {
        var continuation = Interlocked.Exchange(ref _continuation, Done);
        if (continuation is not null && !ReferenceEquals(continuation, Done))
        {
            Run(continuation);
        }
    }

    public void Abort(SocketError error = SocketError.OperationAborted)
    {
        Interlocked.CompareExchange(ref _abort, (int)error, 0);
        Complete();
    }

    protected override void OnCompleted(SocketAsyncEventArgs e) => Complete();

    private void Run(Action continuation)
    {
        if (_scheduler is null)
        {
            continuation();
        }
        else
        {
            _scheduler.Schedule(static action => ((Action)action!)(), continuation);
        }
    }
}
