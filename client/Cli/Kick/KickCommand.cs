using System.CommandLine;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Kick;

/// <summary><c>kick</c>: closes the sessions of users.</summary>
internal static class KickCommand
{
    private const int MaxUsersPerCall = 1_000;

    public static Command Create(Terminal terminal)
    {
        var center = new CenterOptions();
        var app = Options.App();
        var users = new Argument<string[]>("users")
        {
            Description = "The users: a b, or a,b.",
            Arity = ArgumentArity.OneOrMore,
            CustomParser = Options.Split,
        };
        var device = new Option<string?>("--device") { Description = "Only their session on this device.", HelpName = "name" };
        var reason = new Option<string?>("--reason") { Description = "What their client is told.", HelpName = "text" };
        var command = new Command("kick", "Close the sessions of users.") { users, app, device, reason };
        center.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var connection = center.Connect(parsed);
            var outcomes = new List<UserOutcome>();
            foreach (var part in parsed.GetRequiredValue(users).Chunk(MaxUsersPerCall))
            {
                var request = new KickRequest
                {
                    App = parsed.GetRequiredValue(app),
                    Users = { part },
                    Device = parsed.GetValue(device) ?? "",
                    Reason = parsed.GetValue(reason) ?? "",
                };
                var reply = await connection.CallAsync((client, call) => client.KickAsync(request, call), cancellationToken);
                outcomes.AddRange(reply.Outcomes);
            }

            return OutcomeTable.Print(terminal.Out, outcomes, "kicked");
        });
        return command;
    }
}
