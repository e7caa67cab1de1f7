using Microservices.Client.Connections;
using Microservices.Protocol;

namespace Microservices.Client.Reconnecting;

/// <summary>How long to pause before the next try.</summary>
internal sealed class Backoff(ReconnectOptions options)
{
    private int _pauses;
    private int _failures;

    /// <summary>A login succeeded, and held for <paramref name="span"/>.</summary>
    public void Verified(TimeSpan span)
    {
        _failures = 0;
        if (span >= options.StableAfter)
        {
            _pauses = 0;
        }
    }

    /// <summary>The pause after <paramref name="end"/>.</summary>
    /// <returns>False: the tries are used up.</returns>
    public bool TryNext(ConnectionEnd end, out TimeSpan delay)
    {
        delay = TimeSpan.Zero;
        if (_failures >= options.MaxAttempts)
        {
            return false;
        }

        var named = end.RetryAfter < options.MaxRetryAfter ? end.RetryAfter : options.MaxRetryAfter;
        delay = end.Action == ClientAction.BackOff ? BackOffFor(named)
            : named > TimeSpan.Zero ? named * Random.Shared.NextDouble() // spread over the time that was named
            : Scheduled() * (1 + (options.Jitter * ((2 * Random.Shared.NextDouble()) - 1)));
        _failures++;
        _pauses++;
        return true;
    }

    private TimeSpan Scheduled()
    {
        var milliseconds = options.InitialDelay.TotalMilliseconds * Math.Pow(options.Factor, _pauses);
        return milliseconds < options.MaxDelay.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : options.MaxDelay;
    }

    // Never before the time that was named: the jitter only adds.
    private TimeSpan BackOffFor(TimeSpan named) =>
        (named > TimeSpan.Zero ? named : options.MaxDelay) * (1 + (options.Jitter * Random.Shared.NextDouble()));
}
