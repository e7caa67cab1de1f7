using Microservices.Gateway.Apps;

namespace Microservices.Gateway.Sessions;

/// <summary>A token bucket in eight bytes: the time at which it will be full again.</summary>
internal struct ChatAllowance
{
    private TimeSpan _fullAt;

    /// <summary>Takes the place of one chat.</summary>
    /// <param name="rate">What is allowed at present.</param>
    /// <param name="now">The present, on any clock that does not go back.</param>
    /// <param name="retryAfterMs">When there is no place: after how long there will be one, ms.</param>
    public bool TryTake(ChatRate rate, TimeSpan now, out uint retryAfterMs)
    {
        var each = TimeSpan.FromSeconds(1) / rate.PerSecond;
        var whole = each * rate.Burst;

        // An emptier bucket than there is came from a larger one.
        var missing = TimeSpan.FromTicks(Math.Clamp((_fullAt - now).Ticks, 0, whole.Ticks));
        var wait = missing + each - whole;
        if (wait > TimeSpan.Zero)
        {
            retryAfterMs = (uint)Math.Ceiling(wait.TotalMilliseconds);
            return false;
        }

        _fullAt = now + missing + each;
        retryAfterMs = 0;
        return true;
    }
}
