namespace Microservices.Hosting.Metrics;

/// <summary>The tags of one series. Their order doesn't matter.</summary>
internal sealed class TagSet(KeyValuePair<string, object?>[] tags)
{
    public static readonly TagSet Empty = new([]);

    /// <summary>OpenTelemetry's name for the series that takes what the limit refuses.</summary>
    public static readonly TagSet Overflow = new([new("otel_metric_overflow", "true")]);

    public ReadOnlySpan<KeyValuePair<string, object?>> Tags => tags;
}
