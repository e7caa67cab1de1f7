using Microservices.Cli.CommandLine;
using Microservices.Cli.Load.Publishing;
using Microservices.Cli.Load.Results;
using Microservices.Cli.Output;
using Spectre.Console;

namespace Microservices.Cli.Load.Processes;

/// <summary>
/// A run that several processes share. This one lets them begin and hold together, adds up what they tell, and publishes; it holds no connection.
/// One that dies is a failure of the result; the others go on.
/// </summary>
/// <param name="settings">Of the whole run.</param>
/// <param name="processes">Started already.</param>
/// <param name="publisher">Who publishes; null when nothing is to be published.</param>
internal sealed class LoadParent(LoadSettings settings, IReadOnlyList<LoadProcess> processes, LoadPublisher? publisher)
{
    // What was published last may be on its way; readings come once a second.
    private static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(1_500);
    private const int MaxQuietTimes = 4;
    private const string Lost = "process lost";

    private readonly Lock _sync = new();
    private readonly List<string> _failures = [];

    /// <summary>Runs to the end, or until cancelled; the result is of what happened until then.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled before a connection was begun.</exception>
    /// <exception cref="CliException">No process came as far as opening connections.</exception>
    public async Task<LoadResult> RunAsync(IAnsiConsole console, bool silent, CancellationToken cancellationToken)
    {
        LoadSum? sum = null;
        var progress = new LoadProgress(console, settings.Connections, settings.Duration, silent, () => Task.FromResult(sum!.Counts()));
        sum = new LoadSum(processes.Count, publisher is null ? 0 : 1, progress.Show);
        var following = Task.WhenAll(processes.Select(process => FollowAsync(process, sum)));
        try
        {
            await progress.TokensAsync(sum.ReachesAsync(LoadStage.Ready, cancellationToken));
            if (sum.AreAllLost)
            {
                await following;
                throw new CliException(_failures[0]);
            }

            await ConductAsync(progress, sum, cancellationToken);
        }
        finally
        {
            await Task.WhenAll(processes.Select(static process => process.EndAsync()));
            await following;
        }

        return sum.End(settings.Connections, settings.Rate) with { Processes = processes.Count, ProcessFailures = _failures };
    }

    private async Task ConductAsync(LoadProgress progress, LoadSum sum, CancellationToken cancellationToken)
    {
        await using var publishing = publisher is null ? null : new SharedPublishing(publisher, settings.WarmUp, reading => sum.Take(processes.Count, reading));
        try
        {
            await (publishing?.BeginAsync() ?? Task.CompletedTask);
            Send(LoadStage.Opening);
            await progress.OpeningAsync(sum.ReachesAsync(LoadStage.Opened, cancellationToken));
            Send(LoadStage.Steady);
            await progress.HoldingAsync(HoldAsync(publishing, sum, cancellationToken));
            if (publishing is not null)
            {
                await BecomeQuietAsync(sum, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C ends the run, not the report.
        }
    }

    private static async Task HoldAsync(SharedPublishing? publishing, LoadSum sum, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = publishing?.RunAsync(over.Token) ?? Task.CompletedTask;
        try
        {
            await sum.ReachesAsync(LoadStage.Quiet, cancellationToken);
        }
        finally
        {
            await over.CancelAsync();
            await running;
        }
    }

    // Until nothing has arrived for a moment.
    private static async Task BecomeQuietAsync(LoadSum sum, CancellationToken cancellationToken)
    {
        var seen = -1L;
        for (var i = 0; i < MaxQuietTimes && sum.Counts()[LoadCount.Deliveries] is var now && now != seen; i++)
        {
            seen = now;
            await Task.Delay(QuietTime, cancellationToken);
        }
    }

    private async Task FollowAsync(LoadProcess process, LoadSum sum)
    {
        var share = process.Share;
        if (await process.FollowAsync(reading => sum.Take(share.Number, reading)) is { } failure)
        {
            var open = sum.Lose(share.Number, share.Connections, Lost);
            lock (_sync)
            {
                _failures.Add($"Process {share.Number + 1} {failure}; {Units.Count(open)} connections are lost");
            }
        }
    }

    private void Send(LoadStage stage)
    {
        foreach (var process in processes)
        {
            process.Send(stage);
        }
    }
}
