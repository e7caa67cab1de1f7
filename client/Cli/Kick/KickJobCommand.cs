using System.CommandLine;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;
using Microservices.Contracts.Center;
using Spectre.Console;
using State = Microservices.Contracts.Center.KickJob.Types.State;

namespace Microservices.Cli.Kick;

/// <summary>Kicks as jobs: started and waited for, <c>kick status</c> and <c>kick cancel</c>.</summary>
internal static class KickJobCommand
{
    private const int MaxNamesShown = 20;

    public static Command Status(Terminal terminal)
    {
        var (command, center, id) = OfJob("status", "Show how far a kick is.");
        var wait = new Option<bool>("--wait") { Description = "Until it has ended." };
        command.Options.Add(wait);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var connection = center.Connect(parsed);
            var request = new GetKickRequest { Id = parsed.GetRequiredValue(id) };
            var job = await connection.CallAsync((client, call) => client.GetKickAsync(request, call), cancellationToken);
            return Show(terminal, parsed.GetValue(wait) ? await EndOfAsync(connection, job, cancellationToken) : job);
        });
        return command;
    }

    public static Command Cancel(Terminal terminal)
    {
        var (command, center, id) = OfJob("cancel", "Stop a kick; what it has ended stays ended.");
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var connection = center.Connect(parsed);
            var request = new GetKickRequest { Id = parsed.GetRequiredValue(id) };
            var job = await connection.CallAsync((client, call) => client.CancelKickAsync(request, call), cancellationToken);
            job = await EndOfAsync(connection, job, cancellationToken);
            Show(terminal, job);
            return job.State == State.Cancelled ? ExitCode.Done : ExitCode.Incomplete;
        });
        return command;
    }

    public static async Task<int> StartAsync(
        Terminal terminal, CenterConnection connection, StartKickRequest request, bool wait, CancellationToken cancellationToken)
    {
        var job = await connection.CallAsync((client, call) => client.StartKickAsync(request, call), cancellationToken);
        terminal.Out.Line($"Kick {job.Id} is started.");
        return wait ? Show(terminal, await EndOfAsync(connection, job, cancellationToken)) : ExitCode.Done;
    }

    private static (Command Command, CenterOptions Center, Argument<string> Id) OfJob(string name, string description)
    {
        var center = new CenterOptions();
        var id = new Argument<string>("id") { Description = "The job, as 'kick' printed it." };
        var command = new Command(name, description) { id };
        center.AddTo(command);
        return (command, center, id);
    }

    private static async Task<KickJob> EndOfAsync(CenterConnection connection, KickJob job, CancellationToken cancellationToken)
    {
        var request = new GetKickRequest { Id = job.Id };
        return job.State == State.Running
            ? await connection.LastAsync((client, call) => client.WatchKick(request, call), static job => job.State != State.Running, cancellationToken)
            : job;
    }

    private static int Show(Terminal terminal, KickJob job)
    {
        var state = job.State.ToString().ToLowerInvariant();
        terminal.Out.Line($"Kick {job.Id} is {state}: {Units.Count((long)job.Found)} found, {Units.Count((long)job.Ended)} ended, {Units.Count((long)job.Gone)} gone before.");
        ShowOffline(terminal.Out, job);
        return job.State switch
        {
            State.Failed => throw new CliException($"The kick failed: {job.Failure}"),
            State.Cancelled => ExitCode.Incomplete,
            _ => job.Offline.Count > 0 ? ExitCode.Incomplete : ExitCode.Done,
        };
    }

    private static void ShowOffline(IAnsiConsole console, KickJob job)
    {
        if (job.Offline.Count > 0)
        {
            var more = job.Offline.Count > MaxNamesShown ? $" and {Units.Count(job.Offline.Count - MaxNamesShown)} or more others" : "";
            console.Line($"offline: {string.Join(", ", job.Offline.Take(MaxNamesShown))}{more}");
        }
    }
}
