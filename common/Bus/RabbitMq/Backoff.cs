namespace Microservices.Bus.RabbitMq;

/// <summary>Pauses that double up to a limit, each shortened by chance by up to a half: many services don't knock in step.</summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    private int _doublings;

    public void Reset() => _doublings = 0;

    /// <summary>Waits; returns early, without a fault, when cancelled.</summary>
    public async Task PauseAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var full = first * (1 << _doublings);
        if (full < longest)
        {
            _doublings++;
        }

        var pause = (full < longest ? full : longest) * (1 - (Random.Shared.NextDouble() / 2));
        await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
