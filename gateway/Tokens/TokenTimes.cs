namespace Microservices.Gateway.Tokens;

/// <summary>When a signed token was issued and when it ends, Unix time, ms.</summary>
/// <param name="IssuedMs">A token that doesn't say it is taken for the oldest that it can be.</param>
internal sealed record TokenTimes(long IssuedMs, long ExpiresMs)
{
    /// <summary>How long it is still good, ms; 0 = it has expired.</summary>
    public uint LeftMs(DateTimeOffset now) => (uint)Math.Clamp(ExpiresMs - now.ToUnixTimeMilliseconds(), 0, uint.MaxValue);
}
