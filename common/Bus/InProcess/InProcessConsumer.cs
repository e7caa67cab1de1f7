using Google.Protobuf;
using Microservices.Bus.Handling;

namespace Microservices.Bus.InProcess;

/// <summary>One consumer of one queue, with the loop that gives it messages while it is its turn.</summary>
internal sealed class InProcessConsumer<T> : IAsyncDisposable
    where T : class, IMessage<T>
{
    /// <summary>How long a handler may go on with the batch at hand after the consumer was disposed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly InProcessQueue<T> _queue;
    private readonly IDeliveryHandler<T> _handler;
    private readonly SemaphoreSlim _turn;
    private readonly int _maxBatch;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationTokenSource _ours = new();
    private readonly Task _loop;

    /// <param name="queue">What it consumes.</param>
    /// <param name="turn">Held by the one active consumer of the queue; the next in line gets it.</param>
    /// <param name="handler">What it does with messages.</param>
    /// <param name="maxBatch">The most messages it takes at once.</param>
    public InProcessConsumer(InProcessQueue<T> queue, SemaphoreSlim turn, IDeliveryHandler<T> handler, int maxBatch)
    {
        (_queue, _turn, _handler, _maxBatch) = (queue, turn, handler, maxBatch);

        // Lines up here and now: consumers become active in the order in which they came.
        var myTurn = turn.WaitAsync(_stopping.Token);
        _loop = Task.Run(() => RunAsync(myTurn));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _ours.CancelAfter(Patience);
        await _loop;
    }

    private async Task RunAsync(Task myTurn)
    {
        try
        {
            await myTurn;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        var batch = new List<T>(_maxBatch);
        var refused = new List<int>();
        try
        {
            _handler.Interrupted();
            while (!_stopping.IsCancellationRequested)
            {
                batch.Clear();
                refused.Clear();
                if (await _queue.TakeAsync(batch, _maxBatch, _stopping.Token))
                {
                    _handler.Interrupted();
                }

                var finished = 0;
                try
                {
                    finished = await _handler.HandleAsync(batch, refused, new HandlingTokens(_ours.Token, _stopping.Token));
                }
                finally
                {
                    _queue.Settle(finished);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Disposed while it waited.
        }
        finally
        {
            _turn.Release();
        }
    }
}
