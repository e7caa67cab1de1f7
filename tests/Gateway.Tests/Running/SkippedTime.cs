namespace Microservices.Gateway.Tests.Running;

/// <summary>Real time, of which a test may skip some: as for a process that stood still.</summary>
internal sealed class SkippedTime : TimeProvider
{
    private long _skippedTicks;
    private TimeSpan _atRead;
    private int _readsLeft;

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

    /// <summary>Skips when the clock is read for the <paramref name="read"/>th time from now.</summary>
    public void SkipAtRead(int read, TimeSpan span)
    {
        _atRead = span;
        Volatile.Write(ref _readsLeft, read);
    }

    public void Skip(TimeSpan span) => Interlocked.Add(ref _skippedTicks, (long)(span.TotalSeconds * TimestampFrequency));
}
