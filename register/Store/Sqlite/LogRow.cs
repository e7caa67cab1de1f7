namespace Microservices.Register.Store.Sqlite;

/// <summary>What is known of a channel. Written back by <see cref="LogTable.Save"/>.</summary>
internal sealed class LogRow
{
    public required long Id { get; init; }

    public required string App { get; init; }

    public required string User { get; init; }

    /// <summary>-1 = the channel "all".</summary>
    public required int Partition { get; init; }

    public LogPosition Head { get; set; }

    public long Count { get; set; }

    public long Bytes { get; set; }

    /// <summary>µs; null = not due.</summary>
    public long? DueAt { get; set; }
}
