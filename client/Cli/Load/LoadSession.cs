using Microservices.Cli.Center;
using Microservices.Cli.Load.Engine;
using Microservices.Cli.Load.Engine.Transports;
using Microservices.Cli.Load.Processes;
using Microservices.Cli.Load.Publishing;
using Microservices.Cli.Load.Results;
using Microservices.Cli.Load.Users;
using Spectre.Console;

namespace Microservices.Cli.Load;

/// <summary>A run of this process, from the tokens to the result.</summary>
internal sealed class LoadSession(
    LoadSettings settings,
    LoadTransport transport,
    IReadOnlyList<LoadTarget> targets,
    CenterConnection? center,
    Func<Action, CancellationToken, Task<LoadUser[]>> readUsers) : IDisposable
{
    private LoadRun? _run;
    private LoadPublisher? _publisher;
    private int _issued;

    /// <summary>Runs to the end, or until cancelled; the result is of what happened until then.</summary>
    /// <param name="console">For progress.</param>
    /// <param name="silent">No progress.</param>
    /// <param name="child">Whose share this is of a run of several processes; null: it is alone.</param>
    /// <param name="cancellationToken">Ctrl+C.</param>
    /// <exception cref="OperationCanceledException">It was cancelled before a connection was begun.</exception>
    public async Task<LoadResult> RunAsync(IAnsiConsole console, bool silent, LoadChild? child, CancellationToken cancellationToken)
    {
        var progress = new LoadProgress(console, settings.Connections, settings.Duration, silent, CountAsync);
        var sum = new LoadSum(processes: 1, others: 0, progress.Show);
        using var meter = new LoadMeter(CountAsync, reading => Take(sum, child, reading), TimeProvider.System);
        using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, child?.Over ?? CancellationToken.None);
        using var over = new CancellationTokenSource();
        var metering = meter.RunAsync(over.Token);
        try
        {
            await ConductAsync(meter, progress, child, cancelled.Token);
        }
        catch (OperationCanceledException) when (_run is not null)
        {
            // Ctrl+C ends the run, not the report.
        }
        finally
        {
            await over.CancelAsync();
            await metering;
            if (_run is not null)
            {
                await meter.EnterAsync(LoadStage.Ended);
                await _run.LeaveAsync();
            }
        }

        return sum.End(settings.Connections, settings.Rate);
    }

    public void Dispose()
    {
        _publisher?.Dispose();
        _run?.Dispose();
    }

    private async Task ConductAsync(LoadMeter meter, LoadProgress progress, LoadChild? child, CancellationToken cancellationToken)
    {
        var reading = readUsers(() => Interlocked.Increment(ref _issued), cancellationToken);
        await progress.TokensAsync(reading);
        var users = await reading;
        await meter.EnterAsync(LoadStage.Ready);
        await PassAsync(LoadStage.Opening);
        _run = new LoadRun(settings, transport, targets, users);
        _publisher = settings.Publishing.IsAny ? new LoadPublisher(center!, settings.App, settings.Publishing, users) : null;
        await meter.EnterAsync(LoadStage.Opening);
        await progress.OpeningAsync(_run.OpenAsync(cancellationToken));
        await meter.EnterAsync(LoadStage.Opened);
        await PassAsync(LoadStage.Steady);
        await progress.HoldingAsync(new LoadHolding(settings, _run, _publisher, meter.EnterAsync).RunAsync(cancellationToken));
        if (child is not null)
        {
            // Others may still publish what arrives here.
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }

        Task PassAsync(LoadStage stage) => child?.MayEnterAsync(stage, cancellationToken) ?? Task.CompletedTask;
    }

    private static void Take(LoadSum sum, LoadChild? child, LoadReading reading)
    {
        child?.Tell(reading);
        sum.Take(0, reading);
    }

    private async Task<LoadCounts> CountAsync()
    {
        var counts = _run is null ? new LoadCounts() : EngineCounts.Of(await _run.SnapshotAsync());
        counts[LoadCount.Tokens] = Volatile.Read(ref _issued);
        if (_publisher is not null)
        {
            counts.Add(EngineCounts.Of(_publisher.Counters));
        }

        return counts;
    }
}
