using System.Diagnostics;
using Microservices.Cli.Output;
using Spectre.Console;

namespace Microservices.Cli.Load;

/// <summary>Shows how far a load run is.</summary>
internal sealed class LoadProgress(IAnsiConsole console, LoadSettings settings, LoadCounters counters, bool silent)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    public async Task<string[]> TokensAsync(Func<Action, Task<string[]>> issue)
    {
        var issued = 0;
        var issuing = issue(() => Interlocked.Increment(ref issued));
        await ShowAsync("tokens", settings.Connections, issuing, () => Volatile.Read(ref issued), static () => "");
        return await issuing;
    }

    public Task OpeningAsync(Task opening) =>
        ShowAsync("connections", settings.Connections, opening, () => counters.Verified + counters.Failed.Total, () => $"{Units.Count(counters.Open)} open");

    public Task HoldingAsync(TimeSpan? duration, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var holding = Task.Delay(duration ?? Timeout.InfiniteTimeSpan, cancellationToken);
        return ShowAsync(
            "holding",
            duration?.TotalSeconds ?? double.MaxValue,
            holding,
            () => Stopwatch.GetElapsedTime(started).TotalSeconds,
            () => $"{Units.Count(counters.Open)} open, {Units.Count(counters.Pushes)} pushes, {Units.Count(counters.Chats)} chats");
    }

    private async Task ShowAsync(string what, double most, Task work, Func<double> done, Func<string> state)
    {
        if (silent)
        {
            await work;
            return;
        }

        await console.Progress()
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async shown =>
            {
                var bar = shown.AddTask(what, maxValue: most);
                bar.IsIndeterminate = most == double.MaxValue;
                while (await Task.WhenAny(work, Task.Delay(Refresh)) != work)
                {
                    Update(bar);
                }

                Update(bar);
            });
        await work;

        void Update(ProgressTask bar)
        {
            bar.Value = Math.Min(most, done());
            bar.Description = $"{what} {Markup.Escape(state())}".TrimEnd();
        }
    }
}
