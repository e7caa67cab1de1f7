using Microservices.Contracts;
using Microservices.Contracts.Bus;

namespace Microservices.Center.Presence;

/// <summary>Follows the events of each partition by their numbers: which come again, and where some are missing. For one caller at a time, but for <see cref="Forget"/>.</summary>
internal sealed class EventChain
{
    private readonly ulong[] _seen = new ulong[Partition.Count];
    private readonly bool[] _isLinked = new bool[Partition.Count];
    private volatile bool _forget;

    /// <summary>What the event is to those of its partition that came before.</summary>
    public EventPlace Add(PresenceEvent told)
    {
        if (told.Partition >= Partition.Count)
        {
            return EventPlace.Next;
        }

        if (_forget)
        {
            _forget = false;
            Array.Clear(_seen);
            Array.Clear(_isLinked);
        }

        ref var seen = ref _seen[told.Partition];
        ref var isLinked = ref _isLinked[told.Partition];
        if (told.Change <= seen)
        {
            return EventPlace.Repeated;
        }

        // Another one than the latest before it: events were lost, or the store went back to an older state.
        var place = isLinked && told.Previous != seen ? EventPlace.AfterLoss : EventPlace.Next;
        (seen, isLinked) = (told.Change, true);
        return place;
    }

    /// <summary>Events may have been lost in any partition, and whoever cares is told so: the next of each follows on nothing.</summary>
    public void Break() => Array.Clear(_isLinked);

    /// <summary>
    /// The store may have lost its data and its clock may have gone back: lower numbers than those seen are no repeats from the next event on.
    /// May be called beside the others.
    /// </summary>
    public void Forget() => _forget = true;
}

/// <summary>The place of an event among those of its partition.</summary>
internal enum EventPlace
{
    /// <summary>It follows on the latest, or on nothing.</summary>
    Next,

    /// <summary>It came before, or a later one did.</summary>
    Repeated,

    /// <summary>What it follows on never came.</summary>
    AfterLoss,
}
