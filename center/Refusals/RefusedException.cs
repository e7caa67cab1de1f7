using System.Buffers;

namespace Microservices.Center.Refusals;

/// <summary>A call is refused. The message is for the caller: it names field, value and limit.</summary>
internal sealed class RefusedException(RefusalCode code, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>How long a caller waits before it tries again when a part that the center needs is away.</summary>
    public static readonly TimeSpan PartIsAwayRetry = TimeSpan.FromSeconds(1);

    private static readonly SearchValues<char> FieldCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.[]-");

    public RefusalCode Code { get; } = code;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>The field that the message begins with (<c>users[2]: …</c>); null when it is about none.</summary>
    public string? Field
    {
        get
        {
            var end = Message.IndexOf(": ", StringComparison.Ordinal);
            return end > 0 && !Message.AsSpan(0, end).ContainsAnyExcept(FieldCharacters) ? Message[..end] : null;
        }
    }

    public static RefusedException PartIsAway(string what) =>
        new(RefusalCode.TryLater, $"{what} Try again in {PartIsAwayRetry.TotalMilliseconds:0} ms.", PartIsAwayRetry);
}
