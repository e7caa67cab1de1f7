using System.CommandLine;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;
using Microservices.Contracts.Center;
using Spectre.Console;

namespace Microservices.Cli.Presence;

/// <summary><c>who</c>: who is online, or whether some users are.</summary>
internal static class WhoCommand
{
    private const int MaxUsersPerCall = 1_000;
    private const uint PageSize = 100;
    private const string NotComplete =
        "Not complete: gateways are still telling which sessions they hold, so that who is missing or offline here may be online. Ask again soon.";

    private static readonly string[] Columns = ["user", "device", "state", "gateway", "address", "since", "last seen", "client"];

    public static Command Create(Terminal terminal)
    {
        var center = new CenterOptions();
        var app = Options.App();
        var users = Options.List("--user", "Only these users, also when they are offline.");
        var limit = new Option<int>("--limit")
        {
            Description = "Most sessions to list.",
            DefaultValueFactory = static _ => 1_000,
            HelpName = "n",
        };
        limit.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--limit takes 1 and more.");
            }
        });
        var command = new Command("who", "List who is online.") { app, users, limit };
        center.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var connection = center.Connect(parsed);
            var named = parsed.GetRequiredValue(users);
            await (named.Length > 0
                ? UsersAsync(terminal.Out, connection, parsed.GetRequiredValue(app), named, cancellationToken)
                : OnlineAsync(terminal.Out, connection, parsed.GetRequiredValue(app), parsed.GetRequiredValue(limit), cancellationToken));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task UsersAsync(IAnsiConsole console, CenterConnection connection, string app, string[] users, CancellationToken cancellationToken)
    {
        var table = Tables.Create(Columns);
        var isComplete = true;
        foreach (var part in users.Chunk(MaxUsersPerCall))
        {
            var request = new GetPresenceRequest { App = app, Users = { part } };
            var reply = await connection.CallAsync((client, call) => client.GetPresenceAsync(request, call), cancellationToken);
            isComplete &= reply.Complete;
            foreach (var user in reply.Users)
            {
                if (user.Sessions.Count == 0)
                {
                    AddOffline(table, user);
                }

                AddSessions(table, user.Sessions);
            }
        }

        console.Write(table);
        if (!isComplete)
        {
            console.Line(NotComplete);
        }
    }

    private static async Task OnlineAsync(IAnsiConsole console, CenterConnection connection, string app, int limit, CancellationToken cancellationToken)
    {
        var request = new ListOnlineRequest { App = app };
        var shown = 0;
        var isComplete = true;
        do
        {
            request.Limit = (uint)Math.Min(PageSize, limit - shown);
            var page = await connection.CallAsync((client, call) => client.ListOnlineAsync(request, call), cancellationToken);
            if (page.Sessions.Count > 0)
            {
                var table = Tables.Create(Columns);
                AddSessions(table, page.Sessions);
                console.Write(table);
            }

            isComplete &= page.Complete;
            shown += page.Sessions.Count;
            request.Cursor = page.NextCursor;
        }
        while (request.Cursor.Length > 0 && shown < limit);

        var more = request.Cursor.Length > 0 ? "; there may be more, raise --limit" : "";
        console.Line($"{Units.Count(shown)} {(shown == 1 ? "session" : "sessions")}{more}");
        if (!isComplete)
        {
            console.Line(NotComplete);
        }
    }

    private static void AddOffline(Table table, UserPresence user)
    {
        var last = user.LastSeen;
        var seen = last is null ? "" : $"{Units.Time(last.UnixMs)}{(last.Code.Length > 0 ? $" ({last.Code})" : "")}";
        table.Row(user.User, last?.Device ?? "", user.Online ? "online" : "offline", "", last?.RemoteAddress ?? "", "", seen, "");
    }

    private static void AddSessions(Table table, IEnumerable<OnlineSession> sessions)
    {
        foreach (var one in sessions)
        {
            var client = one.ChatClient ? "chat client" : one.Sdk;
            var state = one.State == OnlineState.Away ? $"away since {Units.Time(one.StateSinceUnixMs)}" : "online";
            var seen = one.LastSeenUnixMs == 0 ? "" : Units.Time(one.LastSeenUnixMs);
            table.Row(
                one.User, one.Device, state, one.Room, one.RemoteAddress, Units.Time(one.SinceUnixMs), seen, $"{client} v{one.ClientVersion}".TrimStart());
        }
    }
}
