using Microservices.Bus;
using Microservices.Hosting.Health;

namespace Microservices.Center.Chat;

/// <summary>
/// Takes part in the consumption of the uplink queues for as long as the service runs. It begins when register is there, and is the
/// first to end: what is in hand is finished while everything that it needs still runs.
/// </summary>
internal sealed class ChatConsumer(IBus bus, ChatBatches batches, Readiness readiness, IHostApplicationLifetime lifetime, ILogger<ChatConsumer> logger) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task<IAsyncDisposable?>? _subscribing;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscribing = SubscribeAsync();
        return Task.CompletedTask;
    }

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        if (_subscribing is null)
        {
            return;
        }

        if (await _subscribing is { } subscription)
        {
            await subscription.DisposeAsync();
            Log.Stopped(logger);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    private async Task<IAsyncDisposable?> SubscribeAsync()
    {
        try
        {
            await readiness[CenterComposition.RegisterDependency].WaitUntilUpAsync(_stopping.Token);
            var subscription = await bus.ConsumeUplinkAsync(
                (queue, batch, cancellationToken) => new ValueTask(batches.HandleAsync(queue, batch, _stopping.Token, cancellationToken)),
                _stopping.Token);
            Log.Consuming(logger);
            return subscription;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped before register or the bus was there.
            return null;
        }
        catch (Exception fault)
        {
            // The bus waits for a broker by itself: this is a fault of ours, and a center without chat must not look ready.
            Log.CannotConsume(logger, fault);
            lifetime.StopApplication();
            return null;
        }
    }
}
