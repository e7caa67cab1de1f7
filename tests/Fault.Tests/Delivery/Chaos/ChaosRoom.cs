using System.Collections.Concurrent;
using Microservices.Bus;
using Microservices.Contracts.Bus;

namespace Microservices.Fault.Tests.Delivery.Chaos;

/// <summary>Stands before a room's consumer, which still gets one message at a time.</summary>
internal sealed class ChaosRoom(IRoomConsumer consumer, ChaosDice dice) : IRoomConsumer, IAsyncDisposable
{
    private const int MostHeld = 1_000;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<Task, byte> _held = [];
    private IAsyncDisposable? _subscription;

    public ChaosRoom With(IAsyncDisposable subscription)
    {
        _subscription = subscription;
        return this;
    }

    public async ValueTask HandleAsync(RoomMessage message, CancellationToken cancellationToken)
    {
        var (fate, later) = dice.Roll();
        if (fate is Fate.Repeat or Fate.Hold && _held.Count < MostHeld)
        {
            Keep(HandleLaterAsync(message, later));
        }

        if (fate is Fate.Pass or Fate.Repeat)
        {
            await HandleInTurnAsync(message, cancellationToken);
        }
    }

    public void Interrupted() => Keep(InterruptInTurnAsync());

    public async ValueTask DisposeAsync()
    {
        await (_subscription?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _end.CancelAsync();
        await Task.WhenAll(_held.Keys);
    }

    private void Keep(Task holding)
    {
        _held[holding] = 0;
        _ = holding.ContinueWith(ended => _held.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private async Task InterruptInTurnAsync()
    {
        await _turn.WaitAsync();
        consumer.Interrupted();
        _turn.Release();
    }

    private async Task HandleLaterAsync(RoomMessage message, TimeSpan later)
    {
        try
        {
            await Task.Delay(later, _end.Token);
            await HandleInTurnAsync(message, _end.Token);
        }
        catch (OperationCanceledException)
        {
            // The room is gone: lost, like others.
        }
    }

    private async ValueTask HandleInTurnAsync(RoomMessage message, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await consumer.HandleAsync(message, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }
}
