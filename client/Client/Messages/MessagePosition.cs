using System.Globalization;

namespace Microservices.Client.Messages;

/// <summary>A place in a channel. Ordered by <see cref="Epoch"/>, which rises when the server lost data, then by <see cref="Seq"/>.</summary>
/// <param name="Epoch">The log epoch.</param>
/// <param name="Seq">The sequence; holes in it are no losses.</param>
public readonly record struct MessagePosition(ulong Epoch, ulong Seq) : IComparable<MessagePosition>
{
    /// <summary>Before everything.</summary>
    public static MessagePosition Beginning => default;

    /// <summary>The position right before this one; of a message (its sequence is 1 or more).</summary>
    public MessagePosition Before => new(Epoch, Seq > 0 ? Seq - 1 : 0);

    /// <inheritdoc/>
    public int CompareTo(MessagePosition other) => Epoch != other.Epoch ? Epoch.CompareTo(other.Epoch) : Seq.CompareTo(other.Seq);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}-{Seq}");

    /// <summary>Earlier.</summary>
    public static bool operator <(MessagePosition left, MessagePosition right) => left.CompareTo(right) < 0;

    /// <summary>Later.</summary>
    public static bool operator >(MessagePosition left, MessagePosition right) => left.CompareTo(right) > 0;

    /// <summary>Earlier or the same.</summary>
    public static bool operator <=(MessagePosition left, MessagePosition right) => left.CompareTo(right) <= 0;

    /// <summary>Later or the same.</summary>
    public static bool operator >=(MessagePosition left, MessagePosition right) => left.CompareTo(right) >= 0;
}
