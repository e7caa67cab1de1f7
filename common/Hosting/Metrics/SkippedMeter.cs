namespace Microservices.Hosting.Metrics;

/// <summary>Registered by a service: a meter of its own that <c>/metrics</c> leaves out, because measuring it costs more than it tells.</summary>
public sealed record SkippedMeter(string Name);
