using Microsoft.Extensions.Options;

namespace Microservices.Center.Kick;

/// <summary>Spreads the kicks of all jobs of this center over time: each waits until those before it have had theirs.</summary>
internal sealed class KickPace(IOptions<KickOptions> options, TimeProvider time)
{
    private readonly Lock _sync = new();
    private readonly long _start = time.GetTimestamp();
    private TimeSpan _free;

    /// <summary>Sessions of one page, so that a page takes a second at most.</summary>
    public int PageSize { get; } = Math.Min(options.Value.SessionsPerSecond, KickPages.MaxPage);

    /// <summary>Returns when <paramref name="sessions"/> may be ended.</summary>
    public Task WaitAsync(int sessions, CancellationToken cancellationToken)
    {
        TimeSpan pause;
        lock (_sync)
        {
            var now = time.GetElapsedTime(_start);
            var begin = _free > now ? _free : now;
            _free = begin + (TimeSpan.FromSeconds(1) * sessions / options.Value.SessionsPerSecond);
            pause = begin - now;
        }

        return pause > TimeSpan.Zero ? Task.Delay(pause, time, cancellationToken) : Task.CompletedTask;
    }
}
