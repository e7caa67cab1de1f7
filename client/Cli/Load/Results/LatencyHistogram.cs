using System.Numerics;
using System.Text.Json.Serialization;

namespace Microservices.Cli.Load.Results;

/// <summary>
/// Durations in nanoseconds, counted in buckets whose width grows with the value: the values from 2^n to 2^(n+1) share 128 buckets, and what is told
/// is a bucket's middle. So the error is under 0.4 % and the memory is fixed (37 KB), whatever is recorded.
/// </summary>
/// <remarks>
/// One thread records. Others may merge it into theirs meanwhile and then have all but the latest: each bucket is read at once, and what else is told
/// follows from the buckets.
/// </remarks>
[JsonConverter(typeof(LatencyHistogramJson))]
internal sealed class LatencyHistogram
{
    // 128 buckets for each doubling: a bucket is at most 1/128 of its values wide.
    private const int ResolutionBits = 7;
    private const int Resolution = 1 << ResolutionBits;

    // 2^42 ns are 73 minutes. What is longer counts as that; the maximum stays exact.
    private const int RangeBits = 42;
    private const long Longest = (1L << RangeBits) - 1;

    /// <summary>How many buckets there are; their numbers are part of the JSON form.</summary>
    internal const int Buckets = (RangeBits - ResolutionBits + 1) * Resolution;

    private readonly long[] _counts = new long[Buckets];
    private long _shortest = long.MaxValue;

    /// <summary>How many were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>The longest, exactly, ns; 0 when there is none. Of a difference (<see cref="Since"/>): to the bucket.</summary>
    public long Max { get; private set; }

    /// <summary>The shortest, ns; 0 when there is none.</summary>
    public long Min => Count == 0 ? 0 : Math.Min(_shortest, Max);

    /// <summary>All together, ns.</summary>
    public double Sum { get; private set; }

    /// <summary>The average, ns; 0 when there is none.</summary>
    public double Mean => Count == 0 ? 0 : Sum / Count;

    /// <param name="nanoseconds">Less than 0 counts as 0.</param>
    public void Record(long nanoseconds)
    {
        nanoseconds = Math.Max(0, nanoseconds);
        _counts[BucketOf(nanoseconds)]++;
        Count++;
        Sum += nanoseconds;
        Max = Math.Max(Max, nanoseconds);
        _shortest = Math.Min(_shortest, nanoseconds);
    }

    /// <summary>Takes in what another recorded: the same as if all had been recorded here.</summary>
    public void Merge(LatencyHistogram other)
    {
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            var count = Volatile.Read(ref other._counts[bucket]);
            _counts[bucket] += count;
            Count += count;
        }

        Sum += other.Sum;
        Max = Math.Max(Max, other.Max);
        _shortest = Math.Min(_shortest, other._shortest);
    }

    /// <summary>
    /// The value, ns, that the given part of what was recorded does not exceed; 0 when there is none.
    /// </summary>
    /// <param name="part">0.5 is the median, 1 the longest.</param>
    public long Percentile(double part)
    {
        if (Count == 0)
        {
            return 0;
        }

        var rank = Math.Clamp((long)Math.Ceiling(part * Count), 1, Count);
        if (rank == Count)
        {
            return Max;
        }

        long seen = 0;
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            seen += _counts[bucket];
            if (seen >= rank)
            {
                return Math.Clamp(MiddleOf(bucket), Min, Max);
            }
        }

        return Max;
    }

    /// <summary>What was recorded since <paramref name="earlier"/>, a copy of this one at some time before.</summary>
    public LatencyHistogram Since(LatencyHistogram earlier)
    {
        var later = new LatencyHistogram();
        var (lowest, highest) = (-1, -1);
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            var count = _counts[bucket] - earlier._counts[bucket];
            if (count > 0)
            {
                later._counts[bucket] = count;
                later.Count += count;
                lowest = lowest < 0 ? bucket : lowest;
                highest = bucket;
            }
        }

        if (highest >= 0)
        {
            later.Sum = Math.Max(0, Sum - earlier.Sum);
            later.Max = Max > earlier.Max ? Max : Math.Min(Max, HighestOf(highest));
            later._shortest = Math.Max(Min, LowestOf(lowest));
        }

        return later;
    }

    /// <summary>A copy that stays as it is.</summary>
    public LatencyHistogram Copy()
    {
        var copy = new LatencyHistogram();
        copy.Merge(this);
        return copy;
    }

    /// <summary>The buckets that hold something, lowest first.</summary>
    internal IEnumerable<(int Bucket, long Count)> Filled()
    {
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            if (_counts[bucket] is > 0 and var count)
            {
                yield return (bucket, count);
            }
        }
    }

    /// <summary>One that was read: what another process recorded.</summary>
    internal static LatencyHistogram Of(IEnumerable<(int Bucket, long Count)> filled, long shortest, long longest, double sum)
    {
        var histogram = new LatencyHistogram();
        foreach (var (bucket, count) in filled)
        {
            histogram._counts[bucket] += count;
            histogram.Count += count;
        }

        if (histogram.Count > 0)
        {
            (histogram._shortest, histogram.Max, histogram.Sum) = (shortest, longest, sum);
        }

        return histogram;
    }

    // Up to 2 * Resolution each value has a bucket; above, a bucket holds 2^shift values.
    private static int BucketOf(long nanoseconds)
    {
        var value = (ulong)Math.Min(nanoseconds, Longest);
        var shift = Math.Max(0, BitOperations.Log2(value | 1) - ResolutionBits);
        return (shift << ResolutionBits) + (int)(value >> shift);
    }

    private static long LowestOf(int bucket)
    {
        var shift = ShiftOf(bucket);
        return (long)(bucket - (shift << ResolutionBits)) << shift;
    }

    private static long HighestOf(int bucket) => LowestOf(bucket) + (1L << ShiftOf(bucket)) - 1;

    private static long MiddleOf(int bucket) => LowestOf(bucket) + ((1L << ShiftOf(bucket)) / 2);

    private static int ShiftOf(int bucket) => Math.Max(0, (bucket >> ResolutionBits) - 1);
}
