using System.Runtime.InteropServices;

namespace Microservices.Gateway.Admission;

/// <summary>Connections and a token bucket for each address. Bounded: addresses that need not be remembered are forgotten when it grows.</summary>
internal sealed class AddressTable
{
    private const int FirstSweepAt = 1024;

    private readonly Lock _sync = new();
    private readonly Dictionary<UInt128, Entry> _entries = [];
    private int _sweepAt = FirstSweepAt;

    /// <summary>How many addresses are remembered.</summary>
    public int Count
    {
        get
        {
            lock (_sync)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Counts a connection, if the limits allow it.</summary>
    public AddressVerdict Enter(UInt128 address, long nowMs, AdmissionOptions limits, bool exempt)
    {
        lock (_sync)
        {
            if (!_entries.ContainsKey(address) && !HasRoom(nowMs, limits))
            {
                return AddressVerdict.Untracked;
            }

            ref var entry = ref CollectionsMarshal.GetValueRefOrAddDefault(_entries, address, out var known);
            if (!known)
            {
                entry = new Entry { Tokens = limits.ConnectionBurstPerAddress, RefilledMs = nowMs };
            }

            entry.Refill(nowMs, limits);
            if (!exempt && entry.Connections >= limits.MaxConnectionsPerAddress)
            {
                return AddressVerdict.TooMany;
            }

            if (!exempt && entry.Tokens < 1)
            {
                return AddressVerdict.TooFast;
            }

            entry.Tokens = Math.Max(entry.Tokens - 1, 0);
            entry.Connections++;
            return AddressVerdict.Entered;
        }
    }

    /// <summary>A connection that had entered has ended.</summary>
    public void Leave(UInt128 address)
    {
        lock (_sync)
        {
            ref var entry = ref CollectionsMarshal.GetValueRefOrNullRef(_entries, address);
            if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref entry) && entry.Connections > 0)
            {
                entry.Connections--;
            }
        }
    }

    private bool HasRoom(long nowMs, AdmissionOptions limits)
    {
        var sweepAt = Math.Min(_sweepAt, limits.MaxTrackedAddresses);
        if (_entries.Count < sweepAt)
        {
            return true;
        }

        // Each sweep is paid for by the entries that came since the last one, but at the limit it may run for every connection:
        // then the table holds that many live addresses, and going over it is left to one in a hundred.
        if (_entries.Count >= limits.MaxTrackedAddresses && Random.Shared.Next(100) != 0)
        {
            return false;
        }

        foreach (var (address, entry) in _entries)
        {
            if (entry.IsForgettable(nowMs, limits))
            {
                _entries.Remove(address);
            }
        }

        _sweepAt = Math.Max(FirstSweepAt, _entries.Count * 2);
        _entries.TrimExcess(_sweepAt);
        return _entries.Count < limits.MaxTrackedAddresses;
    }

    private struct Entry
    {
        public double Tokens;
        public long RefilledMs;
        public int Connections;

        public void Refill(long nowMs, AdmissionOptions limits)
        {
            Tokens = TokensAt(nowMs, limits);
            RefilledMs = nowMs;
        }

        public readonly bool IsForgettable(long nowMs, AdmissionOptions limits) =>
            Connections == 0 && TokensAt(nowMs, limits) >= limits.ConnectionBurstPerAddress;

        private readonly double TokensAt(long nowMs, AdmissionOptions limits) =>
            Math.Min(limits.ConnectionBurstPerAddress, Tokens + ((nowMs - RefilledMs) * limits.ConnectionsPerSecondPerAddress / 1000));
    }
}
