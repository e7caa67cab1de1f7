namespace Microservices.Center.Refusals;

/// <summary>A call is refused. The message is for the caller: it names field, value and limit.</summary>
internal sealed class RefusedException(RefusalCode code, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>How long a caller waits before it tries again when a part that the center needs is away.</summary>
    public static readonly TimeSpan PartIsAwayRetry = TimeSpan.FromSeconds(1);

    public RefusalCode Code { get; } = code;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    public static RefusedException PartIsAway(string what) =>
        new(RefusalCode.TryLater, $"{what} Try again in {PartIsAwayRetry.TotalMilliseconds:0} ms.", PartIsAwayRetry);
}
