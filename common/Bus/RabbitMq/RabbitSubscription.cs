namespace Microservices.Bus.RabbitMq;

/// <summary>Consumers that begin and end together.</summary>
internal sealed class RabbitSubscription(
    IReadOnlyList<IQueueConsumer> consumers, IAsyncDisposable? balance, Action<RabbitSubscription> remove) : IAsyncDisposable
{
    public string? Fault => consumers.Select(static consumer => consumer.Fault).FirstOrDefault(static fault => fault is not null);

    public Task AttachedAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(consumers.Select(consumer => consumer.AttachedAsync(cancellationToken)));

    public async ValueTask DisposeAsync()
    {
        remove(this);
        if (balance is not null)
        {
            await balance.DisposeAsync();
        }

        await Task.WhenAll(consumers.Select(static async consumer => await consumer.DisposeAsync()));
    }
}
