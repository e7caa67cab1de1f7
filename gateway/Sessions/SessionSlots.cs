namespace Microservices.Gateway.Sessions;

/// <summary>
/// The sessions of one app, for going through all of them: slots that never move, so that going through needs no lock and misses nobody
/// who was there from its beginning to its end. Who comes or leaves meanwhile may be seen or not.
/// </summary>
internal sealed class SessionSlots
{
    private const int FirstSize = 16;

    private readonly Lock _sync = new();
    private readonly Stack<int> _free = new();
    private Session?[] _slots = new Session?[FirstSize];
    private int _used;

    /// <summary>How many sessions there are.</summary>
    public int Count
    {
        get
        {
            lock (_sync)
            {
                return _used - _free.Count;
            }
        }
    }

    public void Add(Session session)
    {
        lock (_sync)
        {
            if (!_free.TryPop(out var slot))
            {
                slot = _used;
                if (slot == _slots.Length)
                {
                    // Whoever goes through the former array sees all that were in it.
                    var larger = new Session?[slot * 2];
                    _slots.CopyTo(larger, 0);
                    Volatile.Write(ref _slots, larger);
                }

                _used++;
            }

            session.Slot = slot;
            Volatile.Write(ref _slots[slot], session);
        }
    }

    public void Remove(Session session)
    {
        lock (_sync)
        {
            if (session.Slot < 0)
            {
                return;
            }

            _slots[session.Slot] = null;
            _free.Push(session.Slot);
            session.Slot = -1;
        }
    }

    /// <summary>The slots as they are now, for those who share going through them: whoever comes later may be missing, whoever left may be there.</summary>
    public ReadOnlyMemory<Session?> Snapshot
    {
        get
        {
            lock (_sync)
            {
                return _slots.AsMemory(0, _used);
            }
        }
    }

    public Enumerator GetEnumerator() => From(0);

    /// <summary>Goes on where another going through stopped: at its <see cref="Enumerator.Next"/>.</summary>
    public Enumerator From(int next) => new(Volatile.Read(ref _slots), next);

    /// <summary>Goes through the sessions without allocating.</summary>
    public struct Enumerator(Session?[] slots, int next)
    {
        /// <summary>Where the rest begins.</summary>
        public int Next { get; private set; } = next;

        public Session Current { get; private set; } = null!;

        public bool MoveNext()
        {
            while (Next < slots.Length)
            {
                if (Volatile.Read(ref slots[Next++]) is { } session)
                {
                    Current = session;
                    return true;
                }
            }

            return false;
        }
    }
}
