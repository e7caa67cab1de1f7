namespace Microservices.Testing;

/// <summary>Time that stands still until a test moves it. Timers fire within <see cref="Advance"/>, in the order of their due times.</summary>
public sealed class ManualTime : TimeProvider
{
    private readonly Lock _sync = new();
    private readonly List<Timer> _timers = [];
    private readonly DateTimeOffset _start;
    private TimeSpan _passed;

    /// <summary>Begins at <paramref name="start"/>, 1 January 2026 UTC unless given.</summary>
    public ManualTime(DateTimeOffset? start = null) => _start = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How many timers are waiting: a test waits for this before it moves the time that another thread depends on.</summary>
    public int WaitingTimers
    {
        get
        {
            lock (_sync)
            {
                return _timers.Count(static timer => timer.Due is not null);
            }
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (_sync)
        {
            return _passed.Ticks;
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_sync)
        {
            return _start + _passed;
        }
    }

    /// <summary>Lets time pass in steps of <paramref name="step"/> until the task has ended, and returns its outcome.</summary>
    /// <exception cref="TimeoutException">It has not ended within <see cref="Eventually.DefaultDeadline"/> of real time.</exception>
    public async Task AdvanceUntilAsync(Task task, TimeSpan step)
    {
        await Eventually.HoldsAsync(
            () =>
            {
                if (!task.IsCompleted)
                {
                    Advance(step);
                }

                return task.IsCompleted;
            },
            "the task ends while time passes");
        await task;
    }

    /// <summary>Lets <paramref name="span"/> pass; a timer that is due sees the time at which it is due.</summary>
    public void Advance(TimeSpan span)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(span, TimeSpan.Zero);
        TimeSpan end;
        lock (_sync)
        {
            end = _passed + span;
        }

        while (NextDue(end) is { } timer)
        {
            timer.Fire();
        }

        lock (_sync)
        {
            _passed = end > _passed ? end : _passed;
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        lock (_sync)
        {
            _timers.Add(timer);
        }

        timer.Change(dueTime, period);
        return timer;
    }

    private Timer? NextDue(TimeSpan end)
    {
        lock (_sync)
        {
            var next = _timers.Where(timer => timer.Due <= end).MinBy(static timer => timer.Due);
            if (next is not null)
            {
                _passed = next.Due!.Value > _passed ? next.Due.Value : _passed;
                next.Due = next.Period > TimeSpan.Zero ? _passed + next.Period : null;
            }

            return next;
        }
    }

    private sealed class Timer(ManualTime time, TimerCallback callback, object? state) : ITimer
    {
        private bool _disposed;

        public TimeSpan? Due { get; set; }

        public TimeSpan Period { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._sync)
            {
                if (_disposed)
                {
                    return false;
                }

                Due = dueTime < TimeSpan.Zero ? null : time._passed + dueTime;
                Period = period;
            }

            // As with real time, a timer that is due at once does not fire within this call's locks.
            if (dueTime == TimeSpan.Zero)
            {
                ThreadPool.QueueUserWorkItem(static one => one.Advance(TimeSpan.Zero), time, preferLocal: false);
            }

            return true;
        }

        public void Dispose()
        {
            lock (time._sync)
            {
                _disposed = true;
                Due = null;
                time._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
