using System.Threading.Channels;
using Grpc.Core;
using Microservices.Gateway.Rooms;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>
/// What waits for register: what came while a call was under way shares the next one, and what a call did not settle goes to the end, behind what a part
/// of the store that is away doesn't concern, and calls pause. Each thing waits here once at most, for which callers see.
/// </summary>
internal sealed class BatchedCalls<T>(int maxBatch, int concurrency, TimeProvider time, ILogger logger)
{
    private readonly Channel<T> _waiting = Channel.CreateUnbounded<T>();
    private int _unfinished;

    /// <summary>What waits or is under way.</summary>
    public int Unfinished => Volatile.Read(ref _unfinished);

    public void Add(T item)
    {
        Interlocked.Increment(ref _unfinished);
        if (!_waiting.Writer.TryWrite(item))
        {
            Interlocked.Decrement(ref _unfinished);
        }
    }

    /// <summary>Takes no more than what is tried again; <see cref="RunAsync"/> returns when everything is settled.</summary>
    public void Complete() => _waiting.Writer.TryComplete();

    /// <summary>
    /// Calls until cancelled, or completed and done. <paramref name="call"/> takes out of its list what is settled. A call may be made with less than it was
    /// given, and none with nothing.
    /// </summary>
    public Task RunAsync(Func<List<T>, CancellationToken, Task> call, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => WorkAsync(call, cancellationToken)));

    private async Task WorkAsync(Func<List<T>, CancellationToken, Task> call, CancellationToken cancellationToken)
    {
        var pause = new RetryPause(time);
        var batch = new List<T>();
        try
        {
            while (batch.Count > 0 || await _waiting.Reader.WaitToReadAsync(cancellationToken))
            {
                while (batch.Count < maxBatch && _waiting.Reader.TryRead(out var item))
                {
                    batch.Add(item);
                }

                var taken = batch.Count;
                try
                {
                    if (taken > 0)
                    {
                        await call(batch, cancellationToken);
                    }
                }
                catch (RpcException fault) when (!cancellationToken.IsCancellationRequested)
                {
                    Log.CallWaits(logger, taken, fault.StatusCode, fault.Status.Detail);
                }
                catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
                {
                    // A fault of ours, perhaps not of these.
                    Log.CallFailed(logger, fault, taken);
                }

                Interlocked.Add(ref _unfinished, batch.Count - taken);
                if (batch.Count < taken)
                {
                    pause.Reset();
                }

                if (batch.Count > 0)
                {
                    batch.RemoveAll(_waiting.Writer.TryWrite);
                    await pause.WaitAsync(cancellationToken);
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The gateway ends.
        }
    }
}
