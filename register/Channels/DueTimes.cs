using Microservices.Contracts;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Channels;

/// <summary>
/// When to look at which partition for due inboxes, as far as this register knows: it remembers of each the earliest and the latest due time,
/// whatever is kept in it. Between the two it is looked at every <see cref="ChannelsOptions.LookEvery"/>.
/// </summary>
internal sealed class DueTimes(IOptions<ChannelsOptions> options, TimeProvider time)
{
    private const long None = long.MaxValue;
    private readonly long _lookEvery = (long)(options.Value.LookEvery.TotalSeconds * time.TimestampFrequency);
    private readonly Lock _sync = new();
    private readonly long[] _next = [.. Enumerable.Repeat(None, Partition.Count)];
    private readonly long[] _latest = new long[Partition.Count];

    /// <summary>Something in the partition is due after this time.</summary>
    public void Note(int partition, TimeSpan after)
    {
        var at = time.GetTimestamp() + (long)(after.TotalSeconds * time.TimestampFrequency);
        lock (_sync)
        {
            _next[partition] = Math.Min(_next[partition], at);
            _latest[partition] = Math.Max(_latest[partition], at);
        }
    }

    /// <summary>The partitions to look at now.</summary>
    public IReadOnlyList<int> TakeReady()
    {
        var now = time.GetTimestamp();
        List<int> ready = [];
        lock (_sync)
        {
            for (var partition = 0; partition < Partition.Count; partition++)
            {
                if (_next[partition] <= now)
                {
                    ready.Add(partition);
                    _next[partition] = _latest[partition] > now ? Math.Min(_latest[partition], now + _lookEvery) : None;
                }
            }
        }

        return ready;
    }
}
