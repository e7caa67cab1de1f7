using System.Diagnostics;
using Microservices.Cli.Load.Engine;
using Microservices.Cli.Load.Publishing;

namespace Microservices.Cli.Load;

/// <summary>What happens between the last login and the end of a run: the warm-up, what is published, who is dropped.</summary>
internal sealed class LoadHolding(LoadSettings settings, LoadRun run, LoadPublisher? publisher)
{
    // What was published last may still be on its way.
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxQuietening = TimeSpan.FromSeconds(5);

    private long? _began;
    private TimeSpan? _took;

    /// <summary>How long the connections were held.</summary>
    public TimeSpan Held => _took ?? (_began is { } since ? Stopwatch.GetElapsedTime(since) : TimeSpan.Zero);

    /// <summary>What had happened when the warm-up was over: rates count from there. Null: it is not over, or there was none.</summary>
    public LoadCounters? WarmedUp { get; private set; }

    /// <summary>Holds the connections for the time of the settings, or until cancelled; then waits for what is on its way.</summary>
    /// <exception cref="OperationCanceledException">The user has seen enough.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _began = Stopwatch.GetTimestamp();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (settings.ReconnectsPerSecond > 0)
        {
            run.Reconnect(settings.ReconnectsPerSecond);
        }

        var publishing = publisher?.RunAsync(over.Token) ?? Task.CompletedTask;
        var events = Task.WhenAll(WarmUpAsync(over.Token), StormAsync(over.Token));
        try
        {
            var end = Task.Delay(settings.Duration ?? Timeout.InfiniteTimeSpan, cancellationToken);
            await await Task.WhenAny(end, run.Broken);
        }
        finally
        {
            _took = Stopwatch.GetElapsedTime(_began.Value);
            run.Reconnect(0);
            await over.CancelAsync();
            await events;
            await publishing;
        }

        await BecomeQuietAsync(cancellationToken);
    }

    private async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        if (settings.WarmUp is not { } span)
        {
            return;
        }

        Record(false);
        if (await TryWaitAsync(span, cancellationToken))
        {
            Record(true);
            WarmedUp = await run.SnapshotAsync();
        }
    }

    private async Task StormAsync(CancellationToken cancellationToken)
    {
        if (settings.ReconnectStorm > 0 && settings.Duration is { } duration && await TryWaitAsync(duration / 2, cancellationToken))
        {
            run.ReconnectAtOnce(settings.ReconnectStorm / 100);
        }
    }

    private void Record(bool isRecording)
    {
        run.Record(isRecording);
        if (publisher is not null)
        {
            publisher.IsRecording = isRecording;
        }
    }

    // Until nothing has arrived for a moment.
    private async Task BecomeQuietAsync(CancellationToken cancellationToken)
    {
        if (publisher is null && !settings.Reconnects)
        {
            return;
        }

        var began = Stopwatch.GetTimestamp();
        var seen = -1L;
        for (var now = await CountAsync(); now != seen && Stopwatch.GetElapsedTime(began) < MaxQuietening; now = await CountAsync())
        {
            seen = now;
            await Task.Delay(QuietTime, cancellationToken);
        }
    }

    private async Task<long> CountAsync()
    {
        var counters = await run.SnapshotAsync();
        return counters.Deliveries + counters.Resumed + counters.Renewed;
    }

    private static async Task<bool> TryWaitAsync(TimeSpan span, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(span, cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
