using Microservices.Clusters.Receiving;

namespace Microservices.Fault.Tests.Delivery.Support;

/// <summary>A receiver, and what was accepted for it, in order. One caller writes; others read when it is done.</summary>
internal sealed class Addressee(IReceiver receiver)
{
    private readonly List<Accepted> _accepted = [];

    public IReceiver Receiver => receiver;

    public IReadOnlyList<Accepted> Accepted => _accepted;

    public void Add(Accepted message) => _accepted.Add(message);

    /// <summary>What is wrong in what the handler got; null: it got everything, once and in order.</summary>
    /// <param name="repeatsAllowed">Messages may come again, together with what follows them.</param>
    public string? FirstFault(bool repeatsAllowed = false)
    {
        var got = receiver.Received.Select(static one => one.Text).ToArray();
        var seen = repeatsAllowed ? got.Distinct().ToArray() : got;
        var promised = _accepted.Select(static one => one.Text).ToArray();
        if (seen.AsSpan().SequenceEqual(promised))
        {
            return FirstStrangePosition();
        }

        var missing = _accepted.Where(one => !got.Contains(one.Text)).ToArray();
        var repeated = got.GroupBy(static text => text).Where(static group => group.Count() > 1).Select(static group => $"'{group.Key}' ×{group.Count()}").ToArray();
        var strange = got.Except(promised).ToArray();
        var common = seen.Zip(promised).TakeWhile(static pair => pair.First == pair.Second).Count();
        return $"""
            {receiver}; {promised.Length} were accepted
              misses {missing.Length}: {string.Join(", ", missing.Take(5))}
              repeats {repeated.Length}: {string.Join(", ", repeated.Take(5))}
              never accepted {strange.Length}: {string.Join(", ", strange.Take(5))}
              first difference at {common}: expected {string.Join(", ", promised.Skip(common).Take(3))}; got {string.Join(", ", seen.Skip(common).Take(3))}
              states: {receiver.States}
            """;
    }

    // The text is in its place: its position is that which the caller was told.
    private string? FirstStrangePosition()
    {
        var told = _accepted.ToDictionary(static one => one.Text, static one => (one.Position.Epoch, one.Position.Seq));
        return receiver.Received.FirstOrDefault(one => one.Position is not { } position || told[one.Text] != (position.Epoch, position.Seq)) is { } strange
            ? $"{receiver}: '{strange.Text}' came at {strange.Position}; its caller was told {told[strange.Text]}"
            : null;
    }
}
