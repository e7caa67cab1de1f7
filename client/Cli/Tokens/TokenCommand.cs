using System.CommandLine;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Tokens;

/// <summary><c>token</c>: the credentials of users.</summary>
internal static class TokenCommand
{
    public static Command Create(Terminal terminal) =>
        new("token", "Issue, sign and revoke the tokens that users log in with.") { Issue(terminal), Revoke(terminal), SignCommands.Key(terminal), SignCommands.Sign(terminal) };

    private static Command Issue(Terminal terminal)
    {
        var center = new CenterOptions();
        var app = Options.App();
        var user = User();
        var tokenFile = new Option<string?>("--token-file")
        {
            Description = "A file with the token to store, 16 to 512 visible ASCII characters; otherwise a random one is made.",
            HelpName = "file",
        };
        var output = new Option<string?>("--out") { Description = "Write the token to this file, for its owner only, rather than to standard output.", HelpName = "file" };
        var command = new Command("issue", "Make a token for a user; the former one is void. Its only output is the token.") { app, user, tokenFile, output };
        center.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var connection = center.Connect(parsed);
            var request = new IssueTokenRequest
            {
                App = parsed.GetRequiredValue(app),
                User = parsed.GetRequiredValue(user),
                Token = parsed.GetValue(tokenFile) is { } path ? Secrets.FromFile("token", path) : "",
            };
            var reply = await connection.CallAsync((client, call) => client.IssueTokenAsync(request, call), cancellationToken);
            if (parsed.GetValue(output) is { } file)
            {
                PrivateFile.Write(file, reply.Token);
                terminal.Out.Line($"The token of {request.User} is in '{file}'.");
            }
            else
            {
                terminal.Out.Line(reply.Token);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command Revoke(Terminal terminal)
    {
        var center = new CenterOptions();
        var app = Options.App();
        var user = User();
        var command = new Command("revoke", "Remove a user's token, make signed ones void that were issued until now, and end the user's sessions.") { app, user };
        center.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var connection = center.Connect(parsed);
            var request = new RevokeTokenRequest { App = parsed.GetRequiredValue(app), User = parsed.GetRequiredValue(user) };
            var reply = await connection.CallAsync((client, call) => client.RevokeTokenAsync(request, call), cancellationToken);
            terminal.Out.Line(reply.Revoked
                ? $"The token of {request.User} is revoked; {Units.Count(reply.SessionsEnded)} {(reply.SessionsEnded == 1 ? "session" : "sessions")} ended."
                : $"{request.User} has no token.");
            return reply.Revoked ? ExitCode.Done : ExitCode.Incomplete;
        });
        return command;
    }

    private static Option<string> User() => new("--user") { Description = "The user.", Required = true, HelpName = "name" };
}
