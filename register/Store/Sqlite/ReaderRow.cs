namespace Microservices.Register.Store.Sqlite;

/// <summary>How far a reader is. Written back by <see cref="ReaderTable.Save"/>.</summary>
internal sealed class ReaderRow(string device)
{
    public string Device { get; } = device;

    public LogPosition Cursor { get; set; }

    /// <summary>Null: it has never opened "all".</summary>
    public LogPosition? AllCursor { get; set; }

    /// <summary>µs.</summary>
    public long SeenAt { get; set; }

    public LogPosition? Tried { get; set; }

    public int Attempts { get; set; }

    /// <summary>µs.</summary>
    public long FirstAttempt { get; set; }

    public int AttemptsOf(LogPosition first) => Tried == first ? Attempts : 0;

    /// <summary>The entry is sent once more; false: it is to be given up instead.</summary>
    public bool TryAttempt(LogPosition first, Opening rules, long now)
    {
        if (Tried != first)
        {
            (Tried, Attempts, FirstAttempt) = (first, 0, now);
        }

        if (Attempts >= rules.MaxAttempts && now - FirstAttempt >= (long)rules.MinDeadAge.TotalMicroseconds)
        {
            return false;
        }

        Attempts++;
        return true;
    }
}
