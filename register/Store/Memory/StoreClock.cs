namespace Microservices.Register.Store.Memory;

/// <summary>Unix time in µs, as the scripts of Redis read it.</summary>
internal static class StoreClock
{
    public static long Micros(this TimeProvider time) => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
