using Microservices.Contracts.Bus;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>A place in the log of a channel: epochs order before sequences. (0, 0) is before the first entry.</summary>
/// <param name="Epoch">µs; rises when the store lost data.</param>
/// <param name="Seq">Rises by one with each entry, also over epochs.</param>
internal readonly record struct LogPosition(ulong Epoch, ulong Seq) : IComparable<LogPosition>
{
    /// <summary>Before the first entry.</summary>
    public static readonly LogPosition Start;

    /// <summary>Behind every entry.</summary>
    public static readonly LogPosition Beyond = new(ulong.MaxValue, ulong.MaxValue);

    public static bool operator <(LogPosition left, LogPosition right) => left.CompareTo(right) < 0;

    public static bool operator >(LogPosition left, LogPosition right) => left.CompareTo(right) > 0;

    public static bool operator <=(LogPosition left, LogPosition right) => left.CompareTo(right) <= 0;

    public static bool operator >=(LogPosition left, LogPosition right) => left.CompareTo(right) >= 0;

    public static LogPosition Of(Position? position) => position is null ? Start : new LogPosition(position.Epoch, position.Seq);

    public static LogPosition Later(LogPosition one, LogPosition other) => one > other ? one : other;

    public Position ToContract() => new() { Epoch = Epoch, Seq = Seq };

    /// <summary>
    /// Nothing can lie between the two: the next sequence of the same epoch, or the first entry of a log that began anew (where something
    /// survived, sequences go on from it).
    /// </summary>
    public bool IsFollowedBy(LogPosition next) => next.Epoch == Epoch ? next.Seq == Seq + 1 : next.Epoch > Epoch && next.Seq == 1;

    public int CompareTo(LogPosition other) => Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Seq.CompareTo(other.Seq);
}
