using System.CommandLine;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Kick;

/// <summary>
/// <c>kick</c>: closes the sessions of users, of a gateway or of everybody. Up to <see cref="MaxUsersPerCall"/> users are one call, which
/// tells of each; anything larger is a job of the center, which goes on without this command.
/// </summary>
internal static class KickCommand
{
    private const int MaxUsersPerCall = 1_000;

    public static Command Create(Terminal terminal)
    {
        var center = new CenterOptions();
        var app = Options.App();
        app.Description = "The app; with --room all apps unless it is given.";
        var named = new Argument<string[]>("users")
        {
            Description = "The users: a b, or a,b; the same as --user.",
            Arity = ArgumentArity.ZeroOrMore,
            CustomParser = Options.Split,
            DefaultValueFactory = static _ => [],
        };
        var users = Options.List("--user", "The users.");
        var device = new Option<string?>("--device") { Description = "Only their session on this device.", HelpName = "name" };
        var room = new Option<string?>("--room") { Description = "The sessions on this gateway.", HelpName = "name" };
        var everybody = new Option<bool>("--everybody") { Description = "All sessions of the app." };
        var reason = new Option<string?>("--reason") { Description = "What their client is told.", HelpName = "text" };
        var key = new Option<string?>("--once")
        {
            Description = "A name of your own for this job: given again with the same target, it is the same job.",
            HelpName = "name",
        };
        var noWait = new Option<bool>("--no-wait") { Description = "Start it as a job and return; see 'kick status'." };
        var command = new Command("kick", "Close sessions: of users, of a gateway, or all of an app.")
        {
            named, users, device, room, everybody, app, reason, key, noWait,
        };
        center.AddTo(command);
        command.Subcommands.Add(KickJobCommand.Status(terminal));
        command.Subcommands.Add(KickJobCommand.Cancel(terminal));
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string[] who = [.. parsed.GetRequiredValue(named).Union(parsed.GetRequiredValue(users), StringComparer.Ordinal)];
            var request = new StartKickRequest
            {
                App = parsed.GetValue(room) is not null && parsed.GetResult(app) is not { Implicit: false } ? "" : parsed.GetRequiredValue(app),
                Reason = parsed.GetValue(reason) ?? "",
                Key = parsed.GetValue(key) ?? "",
            };
            SetTarget(request, who, parsed.GetValue(device), parsed.GetValue(room), parsed.GetValue(everybody));
            using var connection = center.Connect(parsed);
            var isOneCall = who.Length is > 0 and <= MaxUsersPerCall && request.Key.Length == 0 && !parsed.GetValue(noWait);
            return isOneCall
                ? await CallAsync(terminal, connection, request, who, parsed.GetValue(device) ?? "", cancellationToken)
                : await KickJobCommand.StartAsync(terminal, connection, request, !parsed.GetValue(noWait), cancellationToken);
        });
        return command;
    }

    private static void SetTarget(StartKickRequest request, string[] users, string? device, string? room, bool everybody)
    {
        if ((users.Length > 0 ? 1 : 0) + (room is null ? 0 : 1) + (everybody ? 1 : 0) != 1)
        {
            throw new CliException("Give one of users, --room and --everybody. See 'kick --help'");
        }

        if (device is not null && users.Length is 0 or > MaxUsersPerCall)
        {
            throw new CliException($"--device goes with 1 to {MaxUsersPerCall:N0} users");
        }

        if (everybody)
        {
            request.Everybody = new Everybody();
        }
        else if (room is not null)
        {
            request.Room = room;
        }
        else if (device is not null && users.Length == 1)
        {
            request.Device = new UserDevice { User = users[0], Device = device };
        }
        else
        {
            request.Users = new Users { Users_ = { users } };
        }
    }

    private static async Task<int> CallAsync(
        Terminal terminal, CenterConnection connection, StartKickRequest request, string[] users, string device, CancellationToken cancellationToken)
    {
        var kick = new KickRequest { App = request.App, Users = { users }, Device = device, Reason = request.Reason };
        var reply = await connection.CallAsync((client, call) => client.KickAsync(kick, call), cancellationToken);
        return OutcomeTable.Print(terminal.Out, reply.Outcomes, "kicked");
    }
}
