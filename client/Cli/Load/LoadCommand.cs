using System.CommandLine;
using System.Runtime.InteropServices;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Load.Engine;
using Microservices.Cli.Load.Engine.Transports;
using Microservices.Cli.Load.Publishing;
using Microservices.Cli.Load.Users;

namespace Microservices.Cli.Load;

/// <summary><c>load</c>: many connections from one process, what arrives on them, and what is published meanwhile.</summary>
internal static class LoadCommand
{
    private const int MaxConnections = 1_000_000;
    private const int MaxThreads = 64;

    public static Command Create(Terminal terminal)
    {
        var center = new CenterOptions();
        var transport = new TransportOption();
        var scenario = new ScenarioOptions();
        var app = Options.App();
        var connections = LoadNumbers.Count("--connections", "How many.", 1_000, 1, MaxConnections);
        var rate = LoadNumbers.Count("--rate", "How many to begin per second.", 500, 1, MaxConnections);
        var threads = LoadNumbers.Count("--threads", "Threads that share the connections; one drives thousands.", 1, 1, MaxThreads);
        var users = new UserNames();
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
        var command = new Command("load", "Hold many connections, measure what arrives, and publish meanwhile.")
        {
            connections, rate, threads, duration, heartbeat, app, dispatcher, gateways, sources, acknowledges, onlyJson,
        };
        users.AddTo(command);
        transport.AddTo(command);
        scenario.AddTo(command);
        center.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            CheckSystem();
            var settings = scenario.Read(parsed, new LoadSettings
            {
                App = parsed.GetRequiredValue(app),
                Connections = parsed.GetRequiredValue(connections),
                Rate = parsed.GetRequiredValue(rate),
                Threads = Math.Min(parsed.GetRequiredValue(threads), parsed.GetRequiredValue(connections)),
                Duration = parsed.GetValue(duration),
                Heartbeat = parsed.GetValue(heartbeat) ?? TimeSpan.FromSeconds(60),
                Acknowledges = parsed.GetValue(acknowledges),
                Sources = SourceAddresses.Parse(parsed.GetRequiredValue(sources)),
            });
            DescriptorLimit.Check(settings.Connections);
            var link = transport.Read(parsed);
            using var connection = settings.Publishing.IsAny || !users.AreListed(parsed) ? center.Connect(parsed) : null;
            var named = parsed.GetRequiredValue(gateways);
            var targets = named.Length > 0
                ? await LoadTargets.OfAsync(named, cancellationToken)
                : await LoadTargets.FromDispatcherAsync(
                    Options.Url("--dispatcher", parsed.GetRequiredValue(dispatcher)), settings.App, transport.NameOf(parsed), cancellationToken);
            SourceAddresses.CheckPorts(settings.Connections, settings.Sources.Count, targets.Distinct().Count());
            var progress = new LoadProgress(terminal.Out, settings, parsed.GetValue(onlyJson));
            var crowd = await users.ReadAsync(parsed, settings, connection, progress, cancellationToken);
            return await RunAsync(terminal, settings, link, targets, crowd, connection, progress, parsed.GetValue(onlyJson), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        Terminal terminal,
        LoadSettings settings,
        LoadTransport transport,
        IReadOnlyList<LoadTarget> targets,
        LoadUser[] users,
        CenterConnection? center,
        LoadProgress progress,
        bool onlyJson,
        CancellationToken cancellationToken)
    {
        using var run = new LoadRun(settings, transport, targets, users);
        using var publisher = settings.Publishing.IsAny ? new LoadPublisher(center!, settings.App, settings.Publishing, users) : null;
        var holding = new LoadHolding(settings, run, publisher);
        try
        {
            await progress.OpeningAsync(run, run.OpenAsync(cancellationToken));
            await progress.HoldingAsync(run, holding, holding.RunAsync(cancellationToken));
        }
        catch (OperationCanceledException)
        {
            // Ctrl+C ends the run, not the report.
        }

        var counters = await run.SnapshotAsync();
        await run.LeaveAsync();
        return LoadReport.Print(terminal.Out, settings, run.OpeningTime, holding, counters, publisher?.Counters, onlyJson);
    }

    private static void CheckSystem()
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            throw new CliException($"The load tool needs 64-bit Linux (epoll); this is {RuntimeInformation.OSDescription}");
        }
    }
}
