using System.Collections.Concurrent;
using Microservices.Bus.Handling;
using Microservices.Contracts.Bus;

namespace Microservices.Bus.InProcess;

/// <summary>One uplink queue and its consumers, one of them active.</summary>
internal sealed class InProcessUplink(BusOptions options) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ConcurrentBag<InProcessConsumer<UplinkMessage>> _consumers = [];

    public InProcessQueue<UplinkMessage> Queue { get; } = new(options.InProcessMaxMessages, options.UplinkQueueMaxBytes);

    public InProcessConsumer<UplinkMessage> Consume(UplinkDeliveries handler, int maxBatch)
    {
        var consumer = new InProcessConsumer<UplinkMessage>(Queue, _turn, handler, maxBatch);
        _consumers.Add(consumer);
        return consumer;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var consumer in _consumers)
        {
            await consumer.DisposeAsync();
        }
    }
}
