namespace Microservices.Cli.Load.Results;

/// <summary>A stretch of a run, mostly a second.</summary>
/// <param name="At">Its end, seconds since the run began.</param>
/// <param name="Seconds">How long it is.</param>
/// <param name="Open">Sessions that were open at its end.</param>
/// <param name="Logins">Sessions that began in it, reconnects included.</param>
/// <param name="Latencies">By <see cref="LoadLatency"/>.</param>
internal sealed record LoadSample(
    double At,
    double Seconds,
    long Open,
    long Logins,
    long Deliveries,
    long Heartbeats,
    long Published,
    long BytesIn,
    IReadOnlyList<LatencyPoint> Latencies)
{
    public double PerSecond(Func<LoadSample, long> what) => Seconds > 0 ? what(this) / Seconds : 0;

    /// <param name="at">Seconds since the run began.</param>
    /// <param name="seconds">Since the sample before.</param>
    /// <param name="now">All that was counted.</param>
    /// <param name="delta">What was counted since the sample before.</param>
    public static LoadSample Of(double at, double seconds, LoadCounts now, LoadCounts delta) => new(
        at,
        seconds,
        now[LoadCount.Open],
        delta[LoadCount.Verified] + delta[LoadCount.Resumed] + delta[LoadCount.Renewed],
        delta[LoadCount.Deliveries],
        delta[LoadCount.Heartbeats],
        delta.Published,
        delta[LoadCount.BytesIn],
        [.. Enum.GetValues<LoadLatency>().Select(what => LatencyPoint.Of(delta[what]))]);

    /// <summary>This and the one that follows as one.</summary>
    public LoadSample Join(LoadSample next) => this with
    {
        At = next.At,
        Seconds = Seconds + next.Seconds,
        Open = next.Open,
        Logins = Logins + next.Logins,
        Deliveries = Deliveries + next.Deliveries,
        Heartbeats = Heartbeats + next.Heartbeats,
        Published = Published + next.Published,
        BytesIn = BytesIn + next.BytesIn,
        Latencies = [.. Latencies.Zip(next.Latencies, static (one, two) => one.Add(two))],
    };
}

/// <summary>Latencies of a short time, ns.</summary>
internal readonly record struct LatencyPoint(long Count, double P50, double P99)
{
    public static LatencyPoint Of(LatencyHistogram histogram) => new(histogram.Count, histogram.Percentile(0.5), histogram.Percentile(0.99));

    /// <summary>An estimate without the histograms: the average of the medians by their weight, and the worse of the two ends.</summary>
    public LatencyPoint Add(LatencyPoint other) => (Count, other.Count) switch
    {
        (_, 0) => this,
        (0, _) => other,
        _ => new LatencyPoint(
            Count + other.Count,
            ((P50 * Count) + (other.P50 * other.Count)) / (Count + other.Count),
            Math.Max(P99, other.P99)),
    };
}
