namespace Microservices.Bus;

/// <summary>Several consumers that end together.</summary>
internal sealed class Subscription(IReadOnlyList<IAsyncDisposable> consumers) : IAsyncDisposable
{
    public async ValueTask DisposeAsync() => await Task.WhenAll(consumers.Select(static async consumer => await consumer.DisposeAsync()));
}
