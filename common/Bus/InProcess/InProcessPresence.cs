using Microservices.Bus.Handling;
using Microservices.Contracts.Bus;

namespace Microservices.Bus.InProcess;

/// <summary>The queue of one presence subscription and its consumer. Disposing ends both.</summary>
internal sealed class InProcessPresence : IAsyncDisposable
{
    private readonly InProcessQueue<PresenceEvent> _queue;
    private readonly InProcessConsumer<PresenceEvent> _consumer;
    private readonly Action<InProcessPresence> _remove;

    public InProcessPresence(BusOptions options, PresenceDeliveries handler, Action<InProcessPresence> remove)
    {
        _remove = remove;
        _queue = new InProcessQueue<PresenceEvent>(options.InProcessMaxMessages, options.PresenceQueueMaxBytes);
        _consumer = new InProcessConsumer<PresenceEvent>(_queue, new SemaphoreSlim(1, 1), handler, options.PresencePrefetch);
    }

    /// <summary>Returns how many events were dropped for it.</summary>
    public int Add(PresenceEvent change) => _queue.AddDroppingOldest(change);

    public async ValueTask DisposeAsync()
    {
        _remove(this);
        await _consumer.DisposeAsync();
    }
}
