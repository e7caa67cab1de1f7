namespace Microservices.Center.Sharing;

/// <param name="MaxCalls">Calls that are under way at once.</param>
/// <param name="MaxItems">Items of one call.</param>
/// <param name="MaxBytes">Bytes of one call; one piece of work that is larger goes alone.</param>
/// <param name="MaxWaitingItems">What waits beyond this is not taken …</param>
/// <param name="MaxWaitingBytes">… and beyond this.</param>
internal sealed record SharingLimits(int MaxCalls, int MaxItems, long MaxBytes, int MaxWaitingItems, long MaxWaitingBytes);
