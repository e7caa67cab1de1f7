using System.CommandLine;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Presence;

/// <summary>
/// <c>watch</c>: who comes and goes, a line each, until Ctrl+C. It keeps a copy of who is online, reads it again whenever the center says that it may
/// have missed something, and prints what that changed.
/// </summary>
internal static class WatchCommand
{
    private const int MaxUsers = 1_000;
    private const uint PageSize = 1_000;

    public static Command Create(Terminal terminal)
    {
        var center = new CenterOptions();
        var app = Options.App();
        var users = Options.List("--user", "Only these users.");
        users.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<string[]>()?.Length > MaxUsers)
            {
                result.AddError($"--user takes at most {MaxUsers:N0} users.");
            }
        });
        var json = new Option<bool>("--json") { Description = "A line of JSON for each." };
        var command = new Command("watch", "Show who comes and goes, as it happens.") { app, users, json };
        center.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var connection = center.Connect(parsed);
            var request = new WatchPresenceRequest { App = parsed.GetRequiredValue(app), Users = { parsed.GetRequiredValue(users) } };
            IWatchPrinter printer = parsed.GetValue(json) ? new JsonPrinter(terminal.Out) : new LinePrinter(terminal.Out);
            await FollowAsync(connection, request, printer, terminal, cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    private static Task FollowAsync(
        CenterConnection connection, WatchPresenceRequest request, IWatchPrinter printer, Terminal terminal, CancellationToken cancellationToken)
    {
        var copy = new OnlineCopy();
        return connection.FollowAsync(
            (client, call) => client.WatchPresence(request, call),
            async update =>
            {
                if (update.KindCase == PresenceUpdate.KindOneofCase.Change)
                {
                    if (copy.Apply(update.Change))
                    {
                        printer.Change(update.Change);
                    }

                    return;
                }

                if (update.KindCase == PresenceUpdate.KindOneofCase.ReadNow)
                {
                    await ReadAsync(connection, request, update.ReadNow.Why, copy, printer, cancellationToken);
                }
            },
            why => terminal.Error.WriteLineAsync(Printable.Of($"{why}; watching again.")),
            cancellationToken);
    }

    private static async Task ReadAsync(
        CenterConnection connection, WatchPresenceRequest watch, ReadNow.Types.Why why, OnlineCopy copy, IWatchPrinter printer, CancellationToken cancellationToken)
    {
        var sessions = new List<OnlineSession>();
        bool isComplete;
        if (watch.Users.Count > 0)
        {
            var request = new GetPresenceRequest { App = watch.App, Users = { watch.Users } };
            var reply = await connection.CallAsync((client, call) => client.GetPresenceAsync(request, call), cancellationToken);
            sessions.AddRange(reply.Users.SelectMany(static user => user.Sessions));
            isComplete = reply.Complete;
        }
        else
        {
            var request = new ListOnlineRequest { App = watch.App, Limit = PageSize };
            isComplete = true;
            do
            {
                var page = await connection.CallAsync((client, call) => client.ListOnlineAsync(request, call), cancellationToken);
                sessions.AddRange(page.Sessions);
                isComplete &= page.Complete;
                request.Cursor = page.NextCursor;
            }
            while (request.Cursor.Length > 0);
        }

        // Of a whole app the first reading would be a long list, which 'who' is for.
        var changes = copy.Replace(sessions, isFirstTold: watch.Users.Count > 0);
        printer.Read(why, copy.Count, isComplete);
        foreach (var change in changes)
        {
            printer.Change(change);
        }
    }
}
