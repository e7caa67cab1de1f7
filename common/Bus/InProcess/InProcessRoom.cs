using Microservices.Bus.Handling;
using Microservices.Contracts.Bus;

namespace Microservices.Bus.InProcess;

/// <summary>A room's queue and its consumer. Disposing takes the room away.</summary>
internal sealed class InProcessRoom(BusOptions options, RoomDeliveries handler, Action<InProcessRoom> remove) : IAsyncDisposable
{
    private readonly InProcessQueue<RoomMessage> _queue = new(options.InProcessMaxMessages, options.RoomQueueMaxBytes);
    private readonly SemaphoreSlim _turn = new(1, 1);
    private InProcessConsumer<RoomMessage>? _consumer;
    private int _disposed;

    public void Start() => _consumer = new InProcessConsumer<RoomMessage>(_queue, _turn, handler, options.RoomPrefetch);

    /// <summary>False when the room has gone meanwhile.</summary>
    public bool TryAdd(RoomMessage message, out int dropped)
    {
        dropped = 0;
        if (Volatile.Read(ref _disposed) != 0)
        {
            return false;
        }

        dropped = _queue.AddDroppingOldest(message);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            remove(this);
            await (_consumer?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
    }
}
