namespace Microservices.Clusters.Crowds;

/// <summary>One count for everything that this process sees: faults are judged by the order of events, never by a clock.</summary>
public static class Order
{
    private static long _latest;

    public static long Next() => Interlocked.Increment(ref _latest);
}
