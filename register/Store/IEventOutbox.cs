using Microservices.Contracts.Bus;

namespace Microservices.Register.Store;

/// <summary>
/// The events of session changes that are still to be published, by partition and in the order of their changes. The store appends them in
/// the step that changes the session; at most <see cref="OutboxTurn.MaxEvents"/> are kept of a partition, and the oldest go first.
/// Members throw <see cref="StoreUnavailableException"/> unless they say otherwise.
/// </summary>
/// <remarks>
/// Who appended takes a turn: told <see cref="OutboxState.Busy"/> it may go, because the holder gives the hold up only together with finding
/// nothing more. What a dead holder leaves is found by <see cref="PendingAsync"/>.
/// </remarks>
internal interface IEventOutbox
{
    /// <summary>Takes the hold of the partition, or goes on with it, and reads the oldest events. An empty outbox ends the hold in the same step.</summary>
    /// <param name="owner">Who holds: one name for each process, without spaces.</param>
    /// <param name="hold">After it somebody else may take the hold.</param>
    /// <param name="limit">The most events to read.</param>
    Task<OutboxTurn> TakeAsync(int partition, string owner, TimeSpan hold, int limit, CancellationToken cancellationToken);

    /// <summary>Removes the events up to <paramref name="uptoChange"/>, which were published. False: somebody else has the hold now, and nothing was removed.</summary>
    /// <param name="fence">Of the turn that read them.</param>
    Task<bool> RemoveAsync(int partition, ulong fence, ulong uptoChange, CancellationToken cancellationToken);

    /// <summary>The partitions that have events, among those whose part of the store answers.</summary>
    /// <exception cref="StoreUnavailableException">No part of the store answers.</exception>
    Task<IReadOnlyList<int>> PendingAsync(CancellationToken cancellationToken);
}

internal enum OutboxState
{
    /// <summary>The caller has the hold and events to publish.</summary>
    Taken,

    /// <summary>Somebody else has the hold, and will see every event that is there now.</summary>
    Busy,

    /// <summary>There is nothing, and nobody has the hold.</summary>
    Empty,
}

/// <summary>What an owner was given.</summary>
/// <param name="Fence">Names the hold; 0 unless taken. It stays the same while its owner goes on with it.</param>
/// <param name="Events">The oldest, in order, without the names of rooms; the caller's own copies. An unreadable one is left out.</param>
/// <param name="Through">The change of the last event that was read, also if it is left out: what to remove up to when all are published.</param>
internal sealed record OutboxTurn(OutboxState State, ulong Fence, IReadOnlyList<PresenceEvent> Events, ulong Through)
{
    /// <summary>How many events of a partition are kept.</summary>
    public const int MaxEvents = 10_000;

    public static readonly OutboxTurn Busy = new(OutboxState.Busy, 0, [], 0);

    public static readonly OutboxTurn Empty = new(OutboxState.Empty, 0, [], 0);
}
