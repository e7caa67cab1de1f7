using System.Text.Json.Serialization;

namespace Microservices.Cli.Load.Results;

/// <summary>
/// What was counted up to some moment, or between two. A run makes one whenever it is asked; several processes' are added up. One thread's.
/// </summary>
[JsonConverter(typeof(LoadCountsJson))]
internal sealed class LoadCounts
{
    // Reasons are few; what servers make up must not fill this process.
    private const int MaxReasons = 100;
    private const string OtherReasons = "other";

    private readonly long[] _counts = new long[Enum.GetValues<LoadCount>().Length];
    private readonly Dictionary<string, long>[] _reasons = [.. Enum.GetValues<LoadReasons>().Select(static _ => new Dictionary<string, long>(StringComparer.Ordinal))];

    // Made when they are needed: they are large, and most runs measure two or three.
    private readonly LatencyHistogram?[] _latencies = new LatencyHistogram?[Enum.GetValues<LoadLatency>().Length];

    public long this[LoadCount what]
    {
        get => _counts[(int)what];
        set => _counts[(int)what] = value;
    }

    public LatencyHistogram this[LoadLatency what] => _latencies[(int)what] ??= new LatencyHistogram();

    public IReadOnlyDictionary<string, long> this[LoadReasons what] => _reasons[(int)what];

    /// <summary>Messages that the center took from this run.</summary>
    public long Published => this[LoadCount.Broadcasts] + this[LoadCount.Unicasts];

    /// <summary>All reasons together.</summary>
    public long Total(LoadReasons what) => _reasons[(int)what].Values.Sum();

    public void Add(LoadReasons what, string reason, long count = 1)
    {
        if (count == 0)
        {
            return;
        }

        var reasons = _reasons[(int)what];
        var name = reasons.Count < MaxReasons || reasons.ContainsKey(reason) ? reason : OtherReasons;
        reasons[name] = reasons.GetValueOrDefault(name) + count;
    }

    /// <summary>Adds what others counted.</summary>
    public void Add(LoadCounts other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        foreach (var what in Enum.GetValues<LoadReasons>())
        {
            foreach (var (reason, count) in other[what])
            {
                Add(what, reason, count);
            }
        }

        foreach (var what in Enum.GetValues<LoadLatency>())
        {
            Add(what, other._latencies[(int)what]);
        }
    }

    /// <summary>Adds what others measured; null = nothing.</summary>
    public void Add(LoadLatency what, LatencyHistogram? latencies)
    {
        if (latencies is { Count: > 0 })
        {
            this[what].Merge(latencies);
        }
    }

    /// <summary>A copy that stays as it is.</summary>
    public LoadCounts Copy()
    {
        var copy = new LoadCounts();
        copy.Add(this);
        return copy;
    }

    /// <summary>What was counted after <paramref name="earlier"/>.</summary>
    public LoadCounts Since(LoadCounts earlier)
    {
        var later = new LoadCounts();
        for (var i = 0; i < _counts.Length; i++)
        {
            later._counts[i] = _counts[i] - earlier._counts[i];
        }

        foreach (var what in Enum.GetValues<LoadReasons>())
        {
            foreach (var (reason, count) in this[what])
            {
                if (count - earlier[what].GetValueOrDefault(reason) is > 0 and var more)
                {
                    later.Add(what, reason, more);
                }
            }
        }

        for (var i = 0; i < _latencies.Length; i++)
        {
            later._latencies[i] = earlier._latencies[i] is { } before ? _latencies[i]?.Since(before) : _latencies[i]?.Copy();
        }

        return later;
    }
}
