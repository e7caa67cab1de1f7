using Microservices.Bus;

namespace Microservices.Center.Presence;

/// <summary>Feeds <see cref="PresenceFeed"/> from the bus for as long as the service runs.</summary>
internal sealed class PresenceSubscription(IBus bus, PresenceFeed feed, IHostApplicationLifetime lifetime, ILogger<PresenceSubscription> logger) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task<IAsyncDisposable?>? _subscribing;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _subscribing = SubscribeAsync();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        if (_subscribing is not null && await _subscribing is { } subscription)
        {
            await subscription.DisposeAsync();
        }
    }

    public void Dispose() => _stopping.Dispose();

    private async Task<IAsyncDisposable?> SubscribeAsync()
    {
        try
        {
            var subscription = await bus.SubscribePresenceAsync(feed, _stopping.Token);
            Log.Subscribed(logger);
            return subscription;
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped before the bus was there.
            return null;
        }
        catch (Exception fault)
        {
            // The bus waits for a broker by itself: this is a fault of ours.
            Log.CannotSubscribe(logger, fault);
            lifetime.StopApplication();
            return null;
        }
    }
}
