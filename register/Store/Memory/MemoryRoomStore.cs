using Microservices.Contracts.Register;

namespace Microservices.Register.Store.Memory;

/// <summary>Leases of one register on its own, with the same rules as the scripts of Redis.</summary>
internal sealed class MemoryRoomStore(TimeProvider time) : IRoomStore
{
    private const int MaxToClose = 10_000;
    private const int MaxToCloseAtOnce = 1_000;

    private readonly Lock _sync = new();
    private readonly SortedDictionary<ulong, Lease> _leases = [];
    private readonly List<(ulong Incarnation, long Died)> _dead = [];
    private readonly Dictionary<ulong, (string Sweeper, long Ends)> _sweepers = [];
    private readonly RefillState _refill = new((ulong)time.Micros(), time.Micros());
    private ulong _highest;

    public int Connection => 0;

    public Task<RoomGrant> OpenAsync(RoomDescription room, TimeSpan lease, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            _highest = Math.Max(_highest + 1, (ulong)time.Micros());
            _leases[_highest] = new Lease(new Room { Description = room.Clone(), Incarnation = _highest }) { Expires = ExpiryOf(lease) };
            return Task.FromResult(new RoomGrant(_highest, _refill.Number));
        }
    }

    public Task<RoomGrant?> ReopenAsync(
        ulong incarnation, RoomDescription room, TimeSpan lease, Judgement judgement, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            if (Extend(incarnation, lease, judgement) is not { } found)
            {
                return Task.FromResult<RoomGrant?>(null);
            }

            found.Room = new Room(found.Room) { Description = room.Clone() };
            return Task.FromResult<RoomGrant?>(new RoomGrant(incarnation, _refill.Number));
        }
    }

    public Task<RoomRenewal?> RenewAsync(
        ulong incarnation, RoomLoad load, IReadOnlyCollection<SessionKey> closed, TimeSpan lease, Judgement judgement, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            if (Extend(incarnation, lease, judgement) is not { } found)
            {
                return Task.FromResult<RoomRenewal?>(null);
            }

            found.Room = new Room(found.Room) { Connections = load.Connections, Sessions = load.Sessions, Draining = load.Draining };
            found.Refilled = load.Refilled;
            foreach (var key in closed)
            {
                found.ToClose.Remove(key);
            }

            return Task.FromResult<RoomRenewal?>(
                new RoomRenewal([.. found.ToClose.Keys.Take(MaxToCloseAtOnce).Select(static key => key.Clone())], _refill.Number));
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

    public Task<RoomSnapshot> ReadAsync(Judgement judgement, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            var now = time.Micros();
            if (MayJudge(judgement, now))
            {
                foreach (var incarnation in _leases.Where(entry => entry.Value.Expires < now).Select(static entry => entry.Key).ToArray())
                {
                    Bury(incarnation);
                }
            }

            return Task.FromResult(new RoomSnapshot(
                [.. _leases.Values.Select(static lease => lease.Room)],
                _highest,
                now,
                _refill,
                _leases.ToDictionary(static entry => entry.Key, static entry => entry.Value.Refilled)));
        }
    }

    public Task<ulong> ReadRefillAsync(CancellationToken cancellationToken) => Task.FromResult(_refill.Number);

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
            return Task.FromResult<IReadOnlyList<ulong>>([.. _dead.Take(limit).Select(static dead => dead.Incarnation)]);
        }
    }

    public Task<ulong> TakeDeadAsync(string sweeper, TimeSpan hold, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            var now = time.Micros();
            var taken = _dead.FirstOrDefault(dead => !_sweepers.TryGetValue(dead.Incarnation, out var held) || held.Ends <= now).Incarnation;
            if (taken != 0)
            {
                _sweepers[taken] = (sweeper, now + (long)hold.TotalMicroseconds);
            }

            return Task.FromResult(taken);
        }
    }

    public Task<bool> HoldDeadAsync(ulong incarnation, string sweeper, TimeSpan hold, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            var isHeld = _sweepers.TryGetValue(incarnation, out var held) && held.Sweeper == sweeper;
            if (isHeld)
            {
                _sweepers[incarnation] = (sweeper, time.Micros() + (long)hold.TotalMicroseconds);
            }

            return Task.FromResult(isHeld);
        }
    }

    public Task<bool> ForgetDeadAsync(ulong incarnation, TimeSpan ago, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            var (latest, now) = (time.Micros() - (long)ago.TotalMicroseconds, time.Micros());
            if (_dead.Exists(dead => dead.Incarnation == incarnation && dead.Died > latest && dead.Died <= now))
            {
                return Task.FromResult(false);
            }

            _sweepers.Remove(incarnation);
            _dead.RemoveAll(dead => dead.Incarnation == incarnation);
            return Task.FromResult(true);
        }
    }

    private bool MayJudge(Judgement judgement, long now) => now <= judgement.Until && judgement.Refill == _refill.Number;

    private long ExpiryOf(TimeSpan lease) => time.Micros() + (long)lease.TotalMicroseconds;

    private Lease? Extend(ulong incarnation, TimeSpan lease, Judgement judgement)
    {
        if (!_leases.TryGetValue(incarnation, out var found))
        {
            return null;
        }

        var now = time.Micros();
        if (found.Expires < now && MayJudge(judgement, now))
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
            _dead.Add((incarnation, time.Micros()));
        }
    }

    /// <summary>The room is replaced, never changed: snapshots share it.</summary>
    private sealed class Lease(Room room)
    {
        public Room Room { get; set; } = room;

        public long Expires { get; set; }

        public ulong Refilled { get; set; }

        public OrderedDictionary<SessionKey, bool> ToClose { get; } = [];
    }
}
