namespace Microservices.Gateway.Rooms;

/// <summary>How long a background loop waits before it tries again: 0.2 s, doubled up to 2 s, each somewhere between half and all of it.</summary>
internal sealed class RetryPause(TimeProvider time)
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private TimeSpan _next = First;

    /// <summary>It went well: the next pause is a short one.</summary>
    public void Reset() => _next = First;

    /// <summary>Waits; returns early, without an exception, when cancelled.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => WaitAsync(Longest, cancellationToken);

    /// <summary>Waits for at most <paramref name="most"/>.</summary>
    public async Task WaitAsync(TimeSpan most, CancellationToken cancellationToken)
    {
        // A restarted register is not met by all gateways at the same moment.
        var pause = (_next < most ? _next : most) * (0.5 + (Random.Shared.NextDouble() / 2));
        _next = TimeSpan.FromTicks(Math.Min(Longest.Ticks, _next.Ticks * 2));
        await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
