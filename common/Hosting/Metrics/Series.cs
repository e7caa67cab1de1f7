namespace Microservices.Hosting.Metrics;

/// <summary>The value of an instrument under one set of tags. Written by many threads without a lock.</summary>
internal sealed class Series(TagSet tags, double[]? bounds)
{
    private readonly long[]? _buckets = bounds is null ? null : new long[bounds.Length + 1];
    private long _whole;
    private double _fraction;

    public TagSet Tags => tags;

    public ReadOnlySpan<double> Bounds => bounds;

    /// <summary>The observation that last mentioned this series.</summary>
    public int Observation { get; set; }

    /// <summary>The value, or the sum of a histogram.</summary>
    public double Value => Volatile.Read(ref _whole) + Volatile.Read(ref _fraction);

    public void Add(long value) => Interlocked.Add(ref _whole, value);

    public void Add(double value)
    {
        double before, after;
        do
        {
            before = Volatile.Read(ref _fraction);
            after = before + value;
        }
        while (BitConverter.DoubleToInt64Bits(Interlocked.CompareExchange(ref _fraction, after, before)) != BitConverter.DoubleToInt64Bits(before));
    }

    public void Set(double value)
    {
        Volatile.Write(ref _whole, 0);
        Volatile.Write(ref _fraction, value);
    }

    public void Count(double value)
    {
        var bucket = bounds.AsSpan().BinarySearch(value);
        Interlocked.Increment(ref _buckets![bucket < 0 ? ~bucket : bucket]);
        Add(value);
    }

    public long[] Buckets() => Array.ConvertAll(_buckets!, static count => count);
}
