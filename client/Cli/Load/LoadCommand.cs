using System.CommandLine;
using System.Diagnostics;
using System.Net;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;
using Spectre.Console;

namespace Microservices.Cli.Load;

/// <summary><c>load</c>: many connections from one process, and what arrives on them.</summary>
internal static class LoadCommand
{
    private const int MaxConnections = 1_000_000;

    public static Command Create(Terminal terminal)
    {
        var center = new CenterOptions();
        var app = Options.App();
        var connections = Number("--connections", "How many.", 1_000, MaxConnections);
        var rate = Number("--rate", "How many to begin per second.", 500, MaxConnections);
        var users = new Option<string>("--users")
        {
            Description = "What the users' names begin with; a number follows. They get new tokens.",
            DefaultValueFactory = static _ => "load-",
            HelpName = "prefix",
        };
        var duration = Options.Span("--duration", "How long to hold them once they are open; otherwise until Ctrl+C.");
        var heartbeat = Options.Span("--heartbeat", "The longest time between heartbeats; the server may ask for a shorter one. Default 60s.");
        var dispatcher = new Option<string>("--dispatcher")
        {
            Description = "Where to ask for gateways.",
            DefaultValueFactory = static _ => "http://127.0.0.1:8100",
            HelpName = "url",
        };
        var gateways = Options.List("--gateway", "Gateways to connect to, host:port, instead of asking the dispatcher.");
        var sources = Options.List("--source-addresses", "Local IPv4 addresses to connect from, such as 127.0.0.2-9.");
        var acknowledges = new Option<bool>("--ack") { Description = "Acknowledge kept messages, as the SDK does; otherwise the gateway does when it has sent them." };
        var onlyJson = new Option<bool>("--json") { Description = "Only the line of JSON, without progress and table." };
        var command = new Command("load", "Hold many connections and count what arrives.")
        {
            connections, users, rate, duration, heartbeat, app, dispatcher, gateways, sources, acknowledges, onlyJson,
        };
        center.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = new LoadSettings(
                parsed.GetRequiredValue(app),
                parsed.GetRequiredValue(users),
                parsed.GetRequiredValue(connections),
                parsed.GetRequiredValue(rate),
                parsed.GetValue(duration),
                parsed.GetValue(heartbeat) ?? TimeSpan.FromSeconds(60),
                parsed.GetValue(acknowledges),
                SourceAddresses.Parse(parsed.GetRequiredValue(sources)));
            DescriptorLimit.Check(settings.Connections);
            using var connection = center.Connect(parsed);
            var named = parsed.GetRequiredValue(gateways);
            var targets = named.Length > 0
                ? await LoadTargets.OfAsync(named, cancellationToken)
                : await LoadTargets.FromDispatcherAsync(Options.Url("--dispatcher", parsed.GetRequiredValue(dispatcher)), settings.App, cancellationToken);
            SourceAddresses.CheckPorts(settings.Connections, settings.Sources.Count, targets.Distinct().Count());
            return await RunAsync(terminal, settings, targets, connection, parsed.GetValue(onlyJson), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        Terminal terminal, LoadSettings settings, IReadOnlyList<EndPoint> targets, CenterConnection center, bool onlyJson, CancellationToken cancellationToken)
    {
        var counters = new LoadCounters();
        using var run = new LoadRun(settings, targets, counters);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var progress = new LoadProgress(terminal.Out, settings, counters, onlyJson);
        var tokens = await progress.TokensAsync(issued => LoadTokens.IssueAsync(center, settings, issued, cancellationToken));

        // The first connections need heartbeats while the last are being opened.
        var beating = run.BeatAsync(over.Token);
        long? opened = null;
        try
        {
            await progress.OpeningAsync(run.OpenAsync(tokens, cancellationToken));
            opened = Stopwatch.GetTimestamp();
            await progress.HoldingAsync(settings.Duration, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C ends the run, not the report.
        }

        var held = opened is { } since ? Stopwatch.GetElapsedTime(since) : TimeSpan.Zero;
        await over.CancelAsync();
        await beating;
        return LoadReport.Print(terminal.Out, settings, run, counters, held, onlyJson);
    }

    private static Option<int> Number(string name, string description, int byDefault, int most)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => byDefault, HelpName = "n" };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var value && (value < 1 || value > most))
            {
                result.AddError($"{name} is {value}; it takes 1 to {Units.Count(most)}.");
            }
        });
        return option;
    }
}
