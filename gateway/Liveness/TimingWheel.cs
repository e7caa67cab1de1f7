namespace Microservices.Gateway.Liveness;

/// <summary>
/// The gateway's one timer. Deadlines are rounded up to its next tick. A deadline further away than one turn is met again each turn.
/// Its clock does not count the time in which the process stood still: what clients sent meanwhile is heard before their time is up.
/// Thread-safe.
/// </summary>
internal sealed class TimingWheel : IDisposable
{
    /// <summary>A silence limit is seconds; a tenth of one is fine enough and costs ten wake-ups a second.</summary>
    public static readonly TimeSpan DefaultTick = TimeSpan.FromMilliseconds(100);

    /// <summary>One turn is 205 s, longer than the default silence limit: a silent connection is looked at once.</summary>
    public const int DefaultSlots = 2048;

    /// <summary>Ticks further apart than this are a stall of the process (a frozen machine, a starved one), which counts as one tick.</summary>
    public static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(1);

    private readonly Lock _sync = new();
    private readonly WheelEntry?[] _slots;
    private readonly List<WheelEntry> _due = [];
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly long _tickMs;
    private long _start;
    private ITimer? _timer;
    private long _tick;
    private long _nowMs;
    private long _lastMs;
    private long _stalledMs;
    private long _stalls;
    private int _advancing;

    public TimingWheel(TimeProvider time, ILogger<TimingWheel> logger)
        : this(time, logger, DefaultTick, DefaultSlots)
    {
    }

    public TimingWheel(TimeProvider time, ILogger logger, TimeSpan tick, int slots)
    {
        _time = time;
        _logger = logger;
        _start = time.GetTimestamp();
        _tickMs = (long)tick.TotalMilliseconds;
        _slots = new WheelEntry?[slots];
    }

    /// <summary>Milliseconds since the wheel was made without those of stalls, as of its last tick: at most one tick behind, and cheap to read.</summary>
    public long NowMs => Volatile.Read(ref _nowMs);

    /// <summary>How far <see cref="NowMs"/> may lag.</summary>
    public long TickMs => _tickMs;

    /// <summary>How often the process has stood still.</summary>
    public long Stalls => Volatile.Read(ref _stalls);

    /// <summary>Turns by itself from now on.</summary>
    public void Start()
    {
        // What passed since the wheel was made is no stall.
        _start = _time.GetTimestamp();
        _timer ??= _time.CreateTimer(static wheel => ((TimingWheel)wheel!).Advance(), this, TimeSpan.FromMilliseconds(_tickMs), TimeSpan.FromMilliseconds(_tickMs));
    }

    /// <summary>Sets the entry's deadline, <paramref name="dueMs"/> on the clock of <see cref="NowMs"/>; replaces the one it has.</summary>
    public void Schedule(WheelEntry entry, long dueMs)
    {
        lock (_sync)
        {
            Unlink(entry);
            Link(entry, Math.Max((dueMs + _tickMs - 1) / _tickMs, _tick + 1));
        }
    }

    /// <summary>
    /// Sets the entry's deadline unless it has an earlier one. Whoever may run beside others that schedule the entry uses this: a look that
    /// comes too early schedules the next one, one that comes too late is a fault.
    /// </summary>
    public void ScheduleNoLater(WheelEntry entry, long dueMs)
    {
        lock (_sync)
        {
            var tick = Math.Max((dueMs + _tickMs - 1) / _tickMs, _tick + 1);
            if (entry.Slot < 0 || entry.DueTick > tick)
            {
                Unlink(entry);
                Link(entry, tick);
            }
        }
    }

    /// <summary>The entry has no deadline any more.</summary>
    public void Remove(WheelEntry entry)
    {
        lock (_sync)
        {
            Unlink(entry);
        }
    }

    /// <summary>Everything that is scheduled at the moment.</summary>
    public List<WheelEntry> Snapshot()
    {
        var entries = new List<WheelEntry>();
        lock (_sync)
        {
            foreach (var slot in _slots)
            {
                for (var entry = slot; entry is not null; entry = entry.Next)
                {
                    entries.Add(entry);
                }
            }
        }

        return entries;
    }

    /// <summary>Goes on to the present and calls what is due. The timer calls it; tests may.</summary>
    internal void Advance()
    {
        // A tick that takes longer than a tick is not joined by a second one.
        if (Interlocked.Exchange(ref _advancing, 1) == 1)
        {
            return;
        }

        try
        {
            var nowMs = PresentMs();
            Volatile.Write(ref _nowMs, nowMs);
            lock (_sync)
            {
                Collect(nowMs / _tickMs);
            }

            foreach (var entry in _due)
            {
                Call(entry);
            }
        }
        finally
        {
            _due.Clear();
            Volatile.Write(ref _advancing, 0);
        }
    }

    public void Dispose() => _timer?.Dispose();

    private long PresentMs()
    {
        var elapsedMs = (long)_time.GetElapsedTime(_start).TotalMilliseconds;
        var gapMs = elapsedMs - _lastMs;
        _lastMs = elapsedMs;
        if (gapMs > StallLimit.TotalMilliseconds)
        {
            _stalledMs += gapMs - _tickMs;
            Volatile.Write(ref _stalls, _stalls + 1);
            Log.Stalled(_logger, gapMs);
        }

        return elapsedMs - _stalledMs;
    }

    private void Call(WheelEntry entry)
    {
        try
        {
            entry.OnDue();
        }
        catch (Exception fault)
        {
            // On a timer's thread it would end the process, and with it everybody else's connection.
            Log.DueFailed(_logger, fault);
        }
    }

    private void Collect(long now)
    {
        // After a long pause each slot is visited once, not once for each missed tick.
        var from = Math.Max(_tick + 1, now - _slots.Length + 1);
        for (var tick = from; tick <= now; tick++)
        {
            for (var entry = _slots[tick % _slots.Length]; entry is not null;)
            {
                var next = entry.Next;
                if (entry.DueTick <= now)
                {
                    Unlink(entry);
                    _due.Add(entry);
                }

                entry = next;
            }
        }

        _tick = Math.Max(_tick, now);
    }

    private void Link(WheelEntry entry, long dueTick)
    {
        entry.DueTick = dueTick;
        entry.Slot = (int)(dueTick % _slots.Length);
        entry.Next = _slots[entry.Slot];
        if (entry.Next is not null)
        {
            entry.Next.Previous = entry;
        }

        _slots[entry.Slot] = entry;
    }

    private void Unlink(WheelEntry entry)
    {
        if (entry.Slot < 0)
        {
            return;
        }

        if (entry.Previous is null)
        {
            _slots[entry.Slot] = entry.Next;
        }
        else
        {
            entry.Previous.Next = entry.Next;
        }

        if (entry.Next is not null)
        {
            entry.Next.Previous = entry.Previous;
        }

        entry.Next = null;
        entry.Previous = null;
        entry.Slot = -1;
    }
}
