namespace Microservices.Cli.Load.Results;

/// <summary>Reads once a second what was counted, and whenever a stage of the run ends, so that no reading lies in two.</summary>
/// <param name="count">All that was counted until now.</param>
/// <param name="read">Told of each reading, one after another.</param>
/// <param name="time">The clock.</param>
internal sealed class LoadMeter(Func<Task<LoadCounts>> count, Action<LoadReading> read, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _reading = new(1);
    private LoadStage _stage = LoadStage.Tokens;
    private LoadCounts _before = new();
    private long _last = time.GetTimestamp();
    private long? _openingBegan;

    /// <summary>Reads every second until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await ReadAsync(_stage);
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    /// <summary>A stage ends and another begins. With <see cref="LoadStage.Ended"/> the last reading was told.</summary>
    public Task EnterAsync(LoadStage next) => ReadAsync(next);

    public void Dispose() => _reading.Dispose();

    private async Task ReadAsync(LoadStage next)
    {
        await _reading.WaitAsync();
        try
        {
            var counts = await count();
            var now = time.GetTimestamp();
            Tell(now, counts.Since(_before));
            (_before, _last) = (counts, now);
            if (next > _stage)
            {
                _stage = next;
                _openingBegan = next == LoadStage.Opening ? now : _openingBegan;
                if (next is LoadStage.Ready or LoadStage.Opened or LoadStage.Quiet or LoadStage.Ended)
                {
                    // Who waits, or is over, says so at once.
                    Tell(now, new LoadCounts());
                }
            }
        }
        finally
        {
            _reading.Release();
        }
    }

    private void Tell(long now, LoadCounts counts) => read(new LoadReading(
        _stage,
        _openingBegan is { } opening ? time.GetElapsedTime(opening, now).TotalSeconds : 0,
        time.GetElapsedTime(_last, now).TotalSeconds,
        counts));
}
