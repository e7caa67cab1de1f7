using Microservices.Cli.Load.Users;
using Microservices.Cli.Output;
using Spectre.Console;

namespace Microservices.Cli.Load;

/// <summary>Shows how far a load run is.</summary>
internal sealed class LoadProgress(IAnsiConsole console, LoadSettings settings, bool silent)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    public async Task<LoadUser[]> TokensAsync(Func<Action, Task<LoadUser[]>> issue)
    {
        var issued = 0;
        var issuing = issue(() => Interlocked.Increment(ref issued));
        await ShowAsync("tokens", settings.Connections, issuing, () => Task.FromResult(((double)Volatile.Read(ref issued), "")));
        return await issuing;
    }

    public Task OpeningAsync(LoadRun run, Task opening) => ShowAsync("connections", settings.Connections, opening, async () =>
    {
        var counters = await run.SnapshotAsync();
        return (counters.Verified + counters.Failed.Total, $"{Units.Count(counters.Open)} open");
    });

    public Task HoldingAsync(LoadRun run, LoadHolding held, Task holding) => ShowAsync("holding", settings.Duration?.TotalSeconds ?? double.MaxValue, holding, async () =>
    {
        var counters = await run.SnapshotAsync();
        return (held.Held.TotalSeconds, $"{Units.Count(counters.Open)} open, {Units.Count(counters.Pushes)} pushes, {Units.Count(counters.Chats)} chats");
    });

    private async Task ShowAsync(string what, double most, Task work, Func<Task<(double Done, string State)>> look)
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
                    await UpdateAsync(bar);
                }

                if (!work.IsFaulted)
                {
                    await UpdateAsync(bar);
                }
            });
        await work;

        async Task UpdateAsync(ProgressTask bar)
        {
            var (done, state) = await look();
            bar.Value = Math.Min(most, done);
            bar.Description = $"{what} {Markup.Escape(state)}".TrimEnd();
        }
    }
}
