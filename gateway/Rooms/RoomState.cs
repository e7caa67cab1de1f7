namespace Microservices.Gateway.Rooms;

/// <summary>Which lease this gateway has, and which data of the store its sessions are to be claimed for.</summary>
internal sealed class RoomState
{
    private readonly Lock _sync = new();
    private ulong _incarnation;
    private ulong _refill;
    private ulong _refilled;

    /// <summary>The incarnation of the present lease; 0 until there was one, and between two.</summary>
    public ulong Incarnation => Volatile.Read(ref _incarnation);

    /// <summary>What a claim that is made now is made for.</summary>
    public ClaimStamp Stamp
    {
        get
        {
            lock (_sync)
            {
                return new ClaimStamp(_incarnation, _refill);
            }
        }
    }

    /// <summary>The latest refill that is finished.</summary>
    public ulong Refilled
    {
        get => Volatile.Read(ref _refilled);
        set => Volatile.Write(ref _refilled, value);
    }

    /// <summary>A lease was granted, or another refill is asked for.</summary>
    /// <returns>False: nothing is new.</returns>
    public bool Set(ulong incarnation, ulong refill)
    {
        lock (_sync)
        {
            // A register that tells none knows of none.
            refill = refill == 0 ? _refill : refill;
            var isNew = incarnation != _incarnation || refill != _refill;
            _refill = refill;
            Volatile.Write(ref _incarnation, incarnation);
            return isNew;
        }
    }

    /// <summary>The lease is dead; there is no other one yet.</summary>
    public void Died()
    {
        lock (_sync)
        {
            Volatile.Write(ref _incarnation, 0);
        }
    }
}
