using Microservices.Contracts.Register;

namespace Microservices.Register.Store.Memory;

/// <summary>Leases of one register on its own, with the same rules as the scripts of Redis.</summary>
internal sealed class MemoryRoomStore(TimeProvider time) : IRoomStore
{
    private const int MaxToClose = 10_000;
    private const int MaxToCloseAtOnce = 1_000;

    private readonly Lock _sync = new();
    private readonly SortedDictionary<ulong, Lease> _leases = [];
    private readonly Queue<ulong> _dead = new();
    private ulong _highest;

    public Task<ulong> OpenAsync(RoomDescription room, TimeSpan lease, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            _highest = Math.Max(_highest + 1, (ulong)time.Micros());
            _leases[_highest] = new Lease(new Room { Description = room.Clone(), Incarnation = _highest }) { Expires = ExpiryOf(lease) };
            return Task.FromResult(_highest);
        }
    }

    public Task<bool> ReopenAsync(ulong incarnation, RoomDescription room, TimeSpan lease, long judgeUntil, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            if (Extend(incarnation, lease, judgeUntil) is not { } found)
            {
                return Task.FromResult(false);
            }

            found.Room = new Room(found.Room) { Description = room.Clone() };
            return Task.FromResult(true);
        }
    }

    public Task<IReadOnlyList<SessionKey>?> RenewAsync(
        ulong incarnation, RoomLoad load, IReadOnlyCollection<SessionKey> closed, TimeSpan lease, long judgeUntil, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            if (Extend(incarnation, lease, judgeUntil) is not { } found)
            {
                return Task.FromResult<IReadOnlyList<SessionKey>?>(null);
            }

            found.Room = new Room(found.Room) { Connections = load.Connections, Sessions = load.Sessions, Draining = load.Draining };
            foreach (var key in closed)
            {
                found.ToClose.Remove(key);
            }

            return Task.FromResult<IReadOnlyList<SessionKey>?>([.. found.ToClose.Keys.Take(MaxToCloseAtOnce).Select(static key => key.Clone())]);
        }
    }

    public Task ReleaseAsync(ulong incarnation, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            Bury(incarnation);
        }

        return Task.CompletedTask;
    }

    public Task<RoomSnapshot> ReadAsync(long judgeUntil, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            var now = time.Micros();
            if (now <= judgeUntil)
            {
                foreach (var incarnation in _leases.Where(entry => entry.Value.Expires < now).Select(static entry => entry.Key).ToArray())
                {
                    Bury(incarnation);
                }
            }

            return Task.FromResult(new RoomSnapshot([.. _leases.Values.Select(static lease => lease.Room)], _highest, now));
        }
    }

    public Task DisplaceAsync(IReadOnlyCollection<DisplacedSession> displaced, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            foreach (var session in displaced)
            {
                if (_leases.TryGetValue(session.Incarnation, out var lease))
                {
                    lease.ToClose.TryAdd(session.ToKey(), true);
                    if (lease.ToClose.Count > MaxToClose)
                    {
                        lease.ToClose.RemoveAt(0);
                    }
                }
            }
        }

        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ulong>> DeadAsync(int limit, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            return Task.FromResult<IReadOnlyList<ulong>>([.. _dead.Take(limit)]);
        }
    }

    public Task ForgetDeadAsync(ulong incarnation, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            var others = _dead.Where(dead => dead != incarnation).ToArray();
            _dead.Clear();
            foreach (var dead in others)
            {
                _dead.Enqueue(dead);
            }
        }

        return Task.CompletedTask;
    }

    private long ExpiryOf(TimeSpan lease) => time.Micros() + (long)lease.TotalMicroseconds;

    private Lease? Extend(ulong incarnation, TimeSpan lease, long judgeUntil)
    {
        if (!_leases.TryGetValue(incarnation, out var found))
        {
            return null;
        }

        var now = time.Micros();
        if (found.Expires < now && now <= judgeUntil)
        {
            Bury(incarnation);
            return null;
        }

        found.Expires = ExpiryOf(lease);
        return found;
    }

    private void Bury(ulong incarnation)
    {
        if (_leases.Remove(incarnation))
        {
            _dead.Enqueue(incarnation);
        }
    }

    /// <summary>The room is replaced, never changed: snapshots share it.</summary>
    private sealed class Lease(Room room)
    {
        public Room Room { get; set; } = room;

        public long Expires { get; set; }

        public OrderedDictionary<SessionKey, bool> ToClose { get; } = [];
    }
}
