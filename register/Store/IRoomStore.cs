using Microservices.Contracts.Register;

namespace Microservices.Register.Store;

/// <summary>
/// The leases of rooms. An incarnation that was declared dead (released, or found expired by a call that may judge) is dead for ever.
/// Every member throws <see cref="StoreUnavailableException"/> when the store doesn't answer.
/// </summary>
/// <remarks>
/// <c>judgeUntil</c> is the store time (Unix, µs) up to which the call may declare expired leases dead; 0 = never. It is a time and not a yes
/// or no because a call can sit in front of a frozen store: carried out when the store wakes, it would find every lease expired.
/// </remarks>
internal interface IRoomStore
{
    /// <summary>Grants a lease on a new incarnation, higher than any before.</summary>
    Task<ulong> OpenAsync(RoomDescription room, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Goes on with <paramref name="incarnation"/> under a description of today. False: it is dead.</summary>
    Task<bool> ReopenAsync(ulong incarnation, RoomDescription room, TimeSpan lease, long judgeUntil, CancellationToken cancellationToken);

    /// <summary>Renews, forgets the displaced sessions that are <paramref name="closed"/>, and returns those still to be closed, oldest first, at most 1,000. Null: the incarnation is dead.</summary>
    Task<IReadOnlyList<SessionKey>?> RenewAsync(
        ulong incarnation, RoomLoad load, IReadOnlyCollection<SessionKey> closed, TimeSpan lease, long judgeUntil, CancellationToken cancellationToken);

    /// <summary>Ends the lease. A dead one is no fault.</summary>
    Task ReleaseAsync(ulong incarnation, CancellationToken cancellationToken);

    /// <summary>The rooms that are not dead; declares the expired ones dead first if it may judge.</summary>
    Task<RoomSnapshot> ReadAsync(long judgeUntil, CancellationToken cancellationToken);

    /// <summary>Remembers for their rooms which sessions they must close; for a dead room, nothing.</summary>
    Task DisplaceAsync(IReadOnlyCollection<DisplacedSession> displaced, CancellationToken cancellationToken);

    /// <summary>Dead incarnations whose sessions may still be stored, at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<ulong>> DeadAsync(int limit, CancellationToken cancellationToken);

    /// <summary>The sessions of a dead incarnation have been swept.</summary>
    Task ForgetDeadAsync(ulong incarnation, CancellationToken cancellationToken);
}

/// <summary>What a room says of itself at each renewal.</summary>
internal readonly record struct RoomLoad(uint Connections, uint Sessions, bool Draining);

/// <summary>The rooms that were not dead at one instant.</summary>
/// <param name="Rooms">In the order of their incarnations.</param>
/// <param name="Highest">The latest incarnation ever granted: one up to it that is not among <paramref name="Rooms"/> is dead.</param>
/// <param name="StoreTime">Unix time by the store's clock, µs.</param>
internal sealed record RoomSnapshot(IReadOnlyList<Room> Rooms, ulong Highest, long StoreTime);

/// <summary>A session that its room must close.</summary>
/// <param name="Partition">Where the change that ended it was carried out.</param>
/// <param name="Code">Why, a number of proto/codes.csv; 0 = another login took its place.</param>
internal sealed record DisplacedSession(int Partition, ulong Incarnation, ulong Session, ulong Epoch, uint Code = 0)
{
    /// <summary>How its room hears of it.</summary>
    public SessionKey ToKey() => new() { Session = Session, Epoch = Epoch, Code = Code };
}
