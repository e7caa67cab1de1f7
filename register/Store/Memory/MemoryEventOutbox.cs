using Microservices.Contracts;

namespace Microservices.Register.Store.Memory;

/// <summary>The outbox of one register on its own.</summary>
internal sealed class MemoryEventOutbox(MemorySessionStore sessions, TimeProvider time) : IEventOutbox
{
    public Task<OutboxTurn> TakeAsync(int partition, string owner, TimeSpan hold, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(sessions.EventsOf(partition).Take(owner, hold, limit, time.Micros()));

    public Task<bool> RemoveAsync(int partition, ulong fence, ulong uptoChange, CancellationToken cancellationToken) =>
        Task.FromResult(sessions.EventsOf(partition).Remove(fence, uptoChange));

    public Task<IReadOnlyList<int>> PendingAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<int>>([.. Enumerable.Range(0, Partition.Count).Where(partition => !sessions.EventsOf(partition).IsEmpty)]);
}
