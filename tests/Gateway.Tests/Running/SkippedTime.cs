namespace Microservices.Gateway.Tests.Running;

/// <summary>Real time, of which a test may skip some: as for a process that stood still.</summary>
internal sealed class SkippedTime : TimeProvider
{
    private long _skippedTicks;
    private TimeSpan _atRead;
    private int _readsLeft;

    /// <summary>
    /// What is begun to be waited for for so long or longer does not run out: a peer whose answer the test holds back is not given up, however slow the
    /// machine is. Null: everything runs out.
    /// </summary>
    public TimeSpan? PatientFrom { get; set; }

    public override long GetTimestamp()
    {
        if (Volatile.Read(ref _readsLeft) > 0 && Interlocked.Decrement(ref _readsLeft) == 0)
        {
            Skip(_atRead);
        }

        return base.GetTimestamp() + Interlocked.Read(ref _skippedTicks);
    }

    public override DateTimeOffset GetUtcNow() =>
        base.GetUtcNow() + TimeSpan.FromSeconds((double)Interlocked.Read(ref _skippedTicks) / TimestampFrequency);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime >= PatientFrom ? Timeout.InfiniteTimeSpan : dueTime, period);

    /// <summary>Skips when the clock is read for the <paramref name="read"/>th time from now.</summary>
    public void SkipAtRead(int read, TimeSpan span)
    {
        _atRead = span;
        Volatile.Write(ref _readsLeft, read);
    }

    public void Skip(TimeSpan span) => Interlocked.Add(ref _skippedTicks, (long)(span.TotalSeconds * TimestampFrequency));
}
