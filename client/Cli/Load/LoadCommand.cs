using System.CommandLine;
using System.Runtime.InteropServices;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Load.Processes;
using Microservices.Cli.Load.Publishing;
using Microservices.Cli.Load.Results;
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
        var processes = new ProcessOptions();
        var report = new ReportOption();
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
        processes.AddTo(command);
        report.AddTo(command);
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
            var shares = LoadShare.Of(settings, processes.CountOf(parsed));
            var maxSilence = processes.MaxSilence(parsed);
            DescriptorLimit.Check(shares[^1].Connections);
            report.Check(parsed);
            var link = transport.Read(parsed);
            var needsCenter = settings.Publishing.IsAny || !users.AreListed(parsed);
            using var connection = needsCenter ? center.Connect(parsed) : null;
            var named = parsed.GetRequiredValue(gateways);
            var targets = named.Length > 0
                ? await LoadTargets.OfAsync(named, cancellationToken)
                : await LoadTargets.FromDispatcherAsync(
                    Options.Url("--dispatcher", parsed.GetRequiredValue(dispatcher)), settings.App, transport.NameOf(parsed), cancellationToken);
            SourceAddresses.CheckPorts(settings.Connections, settings.Sources.Count, targets.Distinct().Count());
            var (began, isSilent) = (DateTimeOffset.UtcNow, parsed.GetValue(onlyJson));
            LoadResult result;
            if (shares.Count > 1)
            {
                using var crew = LoadCrew.Start(shares, parsed, settings, users.FirstOf(parsed), needsCenter ? center.Key(parsed) : null, maxSilence);
                using var publisher = settings.Publishing.IsAny
                    ? new LoadPublisher(connection!, settings.App, settings.Publishing, users.Names(parsed, settings)) : null;
                result = await new LoadParent(settings, crew.Processes, publisher).RunAsync(terminal.Out, isSilent, cancellationToken);
            }
            else
            {
                using var child = processes.Child(parsed, terminal);
                using var session = new LoadSession(
                    settings, link, targets, connection, (issued, token) => users.ReadAsync(parsed, settings, connection, issued, token));
                result = await session.RunAsync(terminal.Out, isSilent || child is not null, child, cancellationToken);
                if (child is not null)
                {
                    return ExitCode.Done;
                }
            }

            LoadReport.Print(terminal.Out, result, isSilent);
            report.Write(parsed, result, began);
            return result.ExitCode;
        });
        return command;
    }

    private static void CheckSystem()
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            throw new CliException($"The load tool needs 64-bit Linux (epoll); this is {RuntimeInformation.OSDescription}");
        }
    }
}
