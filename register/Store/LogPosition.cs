namespace Microservices.Register.Store;

/// <summary>A place in the log of a channel: epochs order before sequences. (0, 0) is before the first entry.</summary>
/// <param name="Epoch">µs; rises when the store lost data.</param>
/// <param name="Seq">Rises by one with each entry, also over epochs.</param>
internal readonly record struct LogPosition(ulong Epoch, ulong Seq) : IComparable<LogPosition>
{
    /// <summary>Before the first entry.</summary>
    public static readonly LogPosition Start;

    public static bool operator <(LogPosition left, LogPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(LogPosition left, LogPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(LogPosition left, LogPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(LogPosition left, LogPosition right) => left.CompareTo(right) >= 0;

    public int CompareTo(LogPosition other) => Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Seq.CompareTo(other.Seq);
}
