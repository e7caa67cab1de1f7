using Microservices.Contracts;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Presence;

/// <summary>The partitions that have something to relay, each in the lane of the one worker that relays it.</summary>
internal sealed class DirtyPartitions : IPresenceSignal, IDisposable
{
    public DirtyPartitions(IOptions<PresenceOptions> options) =>
        Lanes = [.. Enumerable.Range(0, options.Value.Workers).Select(lane => new DirtyLane(lane, options.Value.Workers))];

    public IReadOnlyList<DirtyLane> Lanes { get; }

    /// <summary>How many are marked.</summary>
    public int Count => Lanes.Sum(static lane => lane.Count);

    public void Dirty(int partition)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(partition, Partition.Count);
        Lanes[partition % Lanes.Count].Mark(partition);
    }

    public void Dispose()
    {
        foreach (var lane in Lanes)
        {
            lane.Dispose();
        }
    }
}
