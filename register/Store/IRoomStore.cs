using Microservices.Contracts.Register;

namespace Microservices.Register.Store;

/// <summary>
/// The leases of rooms. An incarnation that was declared dead (released, or found expired by a call that may judge) is dead for ever.
/// Every member throws <see cref="StoreUnavailableException"/> when the store doesn't answer.
/// </summary>
internal interface IRoomStore
{
    /// <summary>Another number after the connection to a server was lost or made: what was read before may be of a server that is no more.</summary>
    int Connection { get; }

    /// <summary>Grants a lease on a new incarnation, higher than any before.</summary>
    Task<RoomGrant> OpenAsync(RoomDescription room, TimeSpan lease, CancellationToken cancellationToken);

    /// <summary>Goes on with <paramref name="incarnation"/> under a description of today. Null: it is dead.</summary>
    Task<RoomGrant?> ReopenAsync(ulong incarnation, RoomDescription room, TimeSpan lease, Judgement judgement, CancellationToken cancellationToken);

    /// <summary>Renews, and forgets the displaced sessions that are <paramref name="closed"/>. Null: the incarnation is dead.</summary>
    Task<RoomRenewal?> RenewAsync(
        ulong incarnation, RoomLoad load, IReadOnlyCollection<SessionKey> closed, TimeSpan lease, Judgement judgement, CancellationToken cancellationToken);

    /// <summary>Ends the lease. A dead one is no fault.</summary>
    Task ReleaseAsync(ulong incarnation, CancellationToken cancellationToken);

    /// <summary>The rooms that are not dead; declares the expired ones dead first if it may judge.</summary>
    Task<RoomSnapshot> ReadAsync(Judgement judgement, CancellationToken cancellationToken);

    /// <summary>The refill number as it is stored; 0 = it is gone. Sees a restart of the store only when somebody has read the rooms since.</summary>
    Task<ulong> ReadRefillAsync(CancellationToken cancellationToken);

    /// <summary>Remembers for their rooms which sessions they must close; for a dead room, nothing.</summary>
    Task DisplaceAsync(IReadOnlyCollection<DisplacedSession> displaced, CancellationToken cancellationToken);

    /// <summary>Dead incarnations whose sessions may still be stored, at most <paramref name="limit"/>.</summary>
    Task<IReadOnlyList<ulong>> DeadAsync(int limit, CancellationToken cancellationToken);

    /// <summary>The longest dead incarnation that is still to be swept and that nobody holds, held for <paramref name="hold"/> from now; 0 = none.</summary>
    Task<ulong> TakeDeadAsync(string sweeper, TimeSpan hold, CancellationToken cancellationToken);

    /// <summary>Goes on holding it. False: it has been swept, or another holds it.</summary>
    Task<bool> HoldDeadAsync(ulong incarnation, string sweeper, TimeSpan hold, CancellationToken cancellationToken);

    /// <summary>The sessions of a dead incarnation have been swept: takes it off the list. False: it died less than <paramref name="ago"/> ago and stays on it.</summary>
    Task<bool> ForgetDeadAsync(ulong incarnation, TimeSpan ago, CancellationToken cancellationToken);
}

/// <summary>Whether a call may declare expired leases dead.</summary>
/// <param name="Until">
/// Store time (Unix, µs) up to which it may; 0 = never. It is a time and not a yes or no because a call can sit in front of a frozen store:
/// carried out when the store wakes, it would find every lease expired.
/// </param>
/// <param name="Refill">It may only while the store is at this refill: one that lost data, or was restored, holds leases that rooms could not renew.</param>
internal readonly record struct Judgement(long Until, ulong Refill)
{
    public static readonly Judgement None;
}

/// <param name="Refill">Which data the store has: see <see cref="RefillState"/>.</param>
internal sealed record RoomGrant(ulong Incarnation, ulong Refill);

/// <param name="Displaced">The sessions that the room has still to close, oldest first, at most 1,000.</param>
/// <param name="Refill">As in <see cref="RoomGrant"/>.</param>
internal sealed record RoomRenewal(IReadOnlyList<SessionKey> Displaced, ulong Refill);

/// <summary>What a room says of itself at each renewal.</summary>
/// <param name="Refilled">The latest refill that it has finished; 0 = none.</param>
internal readonly record struct RoomLoad(uint Connections, uint Sessions, bool Draining, ulong Refilled = 0);

/// <summary>Which data the store has. Another number than before means that it may have lost some: its servers are others, or it was emptied.</summary>
/// <param name="Number">Rises.</param>
/// <param name="Since">Store time since when it is this one, µs.</param>
internal readonly record struct RefillState(ulong Number, long Since);

/// <summary>The rooms that were not dead at one instant.</summary>
/// <param name="Rooms">In the order of their incarnations.</param>
/// <param name="Highest">The latest incarnation ever granted: one up to it that is not among <paramref name="Rooms"/> is dead.</param>
/// <param name="StoreTime">Unix time by the store's clock, µs.</param>
/// <param name="Refilled">The latest refill that each room has finished; a room that isn't there has said nothing of it.</param>
internal sealed record RoomSnapshot(
    IReadOnlyList<Room> Rooms, ulong Highest, long StoreTime, RefillState Refill, IReadOnlyDictionary<ulong, ulong> Refilled);

/// <summary>A session that its room must close.</summary>
/// <param name="Partition">Where the change that ended it was carried out.</param>
/// <param name="Code">Why, a number of proto/codes.csv; 0 = another login took its place.</param>
internal sealed record DisplacedSession(int Partition, ulong Incarnation, ulong Session, ulong Epoch, uint Code = 0)
{
    /// <summary>How its room hears of it.</summary>
    public SessionKey ToKey() => new() { Session = Session, Epoch = Epoch, Code = Code };
}
