namespace Microservices.Register.Store.Memory.Channels;

/// <summary>How far a reader is. The caller holds the lock.</summary>
internal sealed class InboxReader(string device)
{
    private LogPosition _tried;
    private int _attempts;
    private long _firstAttempt;

    public string Device { get; } = device;

    public LogPosition Cursor { get; set; }

    /// <summary>Null: it has never opened "all".</summary>
    public LogPosition? AllCursor { get; set; }

    /// <summary>µs.</summary>
    public long SeenAt { get; set; }

    public int AttemptsOf(LogPosition first) => _tried == first ? _attempts : 0;

    /// <summary>The entry is sent once more; false: it is to be given up instead.</summary>
    public bool TryAttempt(LogPosition first, Opening rules, long now)
    {
        if (_tried != first)
        {
            (_tried, _attempts, _firstAttempt) = (first, 0, now);
        }

        if (_attempts >= rules.MaxAttempts && now - _firstAttempt >= (long)rules.MinDeadAge.TotalMicroseconds)
        {
            return false;
        }

        _attempts++;
        return true;
    }
}
