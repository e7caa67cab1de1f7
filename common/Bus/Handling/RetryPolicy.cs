namespace Microservices.Bus.Handling;

/// <summary>How often, and after which pauses, a handler that throws gets its messages again.</summary>
internal sealed record RetryPolicy(int MaxAttempts, TimeSpan Delay, TimeSpan MaxDelay)
{
    /// <summary>For rooms and presence: what is about connected clients is not worth holding up the rest for long.</summary>
    public static readonly RetryPolicy Brief = new(3, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(100));

    public static RetryPolicy Uplink(BusOptions options) => new(options.MaxAttempts, options.RetryDelay, options.MaxRetryDelay);

    /// <summary>The pause before attempt <paramref name="attempt"/> (2, 3, …).</summary>
    public TimeSpan Before(int attempt)
    {
        var doubled = Delay * Math.Pow(2, Math.Min(attempt - 2, 30));
        return doubled < MaxDelay ? doubled : MaxDelay;
    }
}
