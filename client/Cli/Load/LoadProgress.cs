using System.Diagnostics;
using System.Globalization;
using Microservices.Cli.Load.Results;
using Microservices.Cli.Output;
using Spectre.Console;

namespace Microservices.Cli.Load;

/// <summary>Shows how far a load run is: a bar for each part, and a line for each second.</summary>
/// <param name="console">Where it is shown.</param>
/// <param name="connections">Of the run.</param>
/// <param name="duration">How long they are held; null = until Ctrl+C.</param>
/// <param name="silent">Nothing is shown.</param>
/// <param name="count">What was counted until now.</param>
internal sealed class LoadProgress(IAnsiConsole console, int connections, TimeSpan? duration, bool silent, Func<Task<LoadCounts>> count)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    public Task TokensAsync(Task issuing) =>
        ShowAsync("tokens", connections, issuing, static counts => counts[LoadCount.Tokens], static _ => "");

    public Task OpeningAsync(Task opening) => ShowAsync(
        "connections",
        connections,
        opening,
        static counts => counts[LoadCount.Verified] + counts.Total(LoadReasons.Failed),
        static counts => $"{Units.Count(counts[LoadCount.Open])} open");

    public Task HoldingAsync(Task holding)
    {
        var began = Stopwatch.GetTimestamp();
        return ShowAsync(
            "holding",
            duration?.TotalSeconds ?? double.MaxValue,
            holding,
            _ => Stopwatch.GetElapsedTime(began).TotalSeconds,
            static counts => $"{Units.Count(counts[LoadCount.Open])} open, {Units.Count(counts[LoadCount.Pushes])} pushes, {Units.Count(counts[LoadCount.Chats])} chats");
    }

    /// <summary>A line for a second.</summary>
    public void Show(LoadSample sample)
    {
        if (!silent)
        {
            console.Line(LineOf(sample));
        }
    }

    /// <summary><c>12 s: 8,000 open, 0 logins/s, 80,000 deliveries/s, delivery p99 3.20 ms</c>.</summary>
    internal static string LineOf(LoadSample sample)
    {
        List<string> parts =
        [
            $"{Units.Count(sample.Open)} open",
            $"{Rate(sample, static one => one.Logins)} logins/s",
            $"{Rate(sample, static one => one.Deliveries)} deliveries/s",
        ];
        if (sample.Heartbeats > 0)
        {
            parts.Add($"{Rate(sample, static one => one.Heartbeats)} heartbeats/s");
        }

        // What was measured in this second; deliveries say most.
        foreach (var what in new[] { LoadLatency.Delivery, LoadLatency.Heartbeat, LoadLatency.Reconnect, LoadLatency.Login })
        {
            if (sample.Latencies[(int)what] is { Count: > 0 } latency)
            {
                parts.Add($"{LoadRows.NameOf(what)} p99 {LoadRows.Milliseconds(latency.P99)} ms");
                break;
            }
        }

        return $"{sample.At.ToString("0.#", CultureInfo.InvariantCulture)} s: {string.Join(", ", parts)}";
    }

    private static string Rate(LoadSample sample, Func<LoadSample, long> what) => Units.Count((long)Math.Round(sample.PerSecond(what)));

    private async Task ShowAsync(string what, double most, Task work, Func<LoadCounts, double> done, Func<LoadCounts, string> state)
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
            var counts = await count();
            bar.Value = Math.Min(most, done(counts));
            bar.Description = $"{what} {Markup.Escape(state(counts))}".TrimEnd();
        }
    }
}
