namespace Microservices.Cli.Load.Engine;

/// <summary>Says how many of something are due: evenly by the clock. A late turn is made up for, but a few milliseconds' worth at a time, so that it isn't a burst.</summary>
internal sealed class LoadPace
{
    private const double BatchSeconds = 0.002;

    // What was missed for longer than this stays missed: who cannot keep the pace is not to pay for it later.
    private const double MaxOwedSeconds = 1;
    private const double NanosecondsPerSecond = 1e9;

    private long _last;
    private double _owed;

    /// <param name="perSecond">How many a second; 0 = none.</param>
    /// <param name="now">The clock, ns: the first is due at once.</param>
    public LoadPace(double perSecond, long now)
    {
        PerSecond = perSecond;
        _last = now;
        _owed = perSecond > 0 ? 1 : 0;
    }

    /// <summary>How many a second.</summary>
    public double PerSecond { get; set; }

    /// <summary>How many are due now.</summary>
    public int Due(long now)
    {
        _owed = Math.Min(_owed + ((now - _last) / NanosecondsPerSecond * PerSecond), Math.Max(1, PerSecond * MaxOwedSeconds));
        _last = now;
        return (int)Math.Min(_owed, Math.Max(1, PerSecond * BatchSeconds));
    }

    /// <summary>So many were done.</summary>
    public void Take(int count) => _owed -= count;

    /// <summary>How long until the next one, ns.</summary>
    public long UntilNext() => _owed >= 1 ? 0 : PerSecond <= 0 ? long.MaxValue : (long)((1 - _owed) / PerSecond * NanosecondsPerSecond);
}
