using System.Diagnostics;
using Microservices.Cli.Load.Publishing;
using Microservices.Cli.Load.Results;

namespace Microservices.Cli.Load;

/// <summary>What happens between the last login and the end of a run: the warm-up, what is published, who is dropped.</summary>
/// <param name="settings">What is asked for.</param>
/// <param name="run">The connections.</param>
/// <param name="publisher">Who publishes meanwhile.</param>
/// <param name="enter">Told of each stage that begins.</param>
internal sealed class LoadHolding(LoadSettings settings, LoadRun run, LoadPublisher? publisher, Func<LoadStage, Task> enter)
{
    // What was published last may still be on its way.
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan MaxQuietening = TimeSpan.FromSeconds(5);

    /// <summary>Holds the connections for the time of the settings, or until cancelled; then waits for what is on its way.</summary>
    /// <exception cref="OperationCanceledException">The user has seen enough.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (settings.WarmUp is not null)
        {
            await enter(LoadStage.WarmUp);
            Record(false);
        }
        else
        {
            await enter(LoadStage.Steady);
        }

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
            if (!cancellationToken.IsCancellationRequested)
            {
                await enter(LoadStage.Quiet);
            }

            run.Reconnect(0);
            await over.CancelAsync();
            await events;
            await publishing;
        }

        await BecomeQuietAsync(cancellationToken);
    }

    private async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        if (settings.WarmUp is { } span && await TryWaitAsync(span, cancellationToken))
        {
            Record(true);
            await enter(LoadStage.Steady);
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

    // Until nothing has arrived for a moment, and nobody is on the way back.
    private async Task BecomeQuietAsync(CancellationToken cancellationToken)
    {
        if (publisher is null && !settings.Reconnects)
        {
            return;
        }

        var began = Stopwatch.GetTimestamp();
        var isQuiet = false;
        for (var before = await run.SnapshotAsync(); !isQuiet && Stopwatch.GetElapsedTime(began) < MaxQuietening;)
        {
            await Task.Delay(QuietTime, cancellationToken);
            var now = await run.SnapshotAsync();
            isQuiet = now.Deliveries == before.Deliveries && now.ComingBack == 0;
            before = now;
        }
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
