namespace Microservices.Gateway.Delivery.Shared;

/// <param name="MaxEntries">Of the cache of one app.</param>
/// <param name="MaxBytes">Of the cache of one app.</param>
/// <param name="MaxAge">For so long what nobody asks for is kept.</param>
/// <param name="PageMessages">What a session is given at once.</param>
/// <param name="PageBytes">The same in bytes.</param>
/// <param name="MaxEarly">Messages that are kept while an earlier one is missing.</param>
/// <param name="MaxEarlyBytes">The same in bytes.</param>
/// <param name="GapWait">How long a missing one is waited for before it is read.</param>
internal sealed record SharedLimits(
    int MaxEntries, long MaxBytes, TimeSpan MaxAge, int PageMessages, int PageBytes, int MaxEarly, int MaxEarlyBytes, TimeSpan GapWait)
{
    public static SharedLimits Of(DeliveryOptions options) => new(
        options.AllCacheMessages,
        options.AllCacheBytes,
        options.AllCacheAge,
        options.MaxInFlight,
        options.MaxInFlightBytes,
        options.MaxReordered,
        options.MaxReorderedBytes,
        options.GapWait);
}
