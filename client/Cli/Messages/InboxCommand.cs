using System.CommandLine;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Messages;

/// <summary><c>inbox</c>: what is kept for a user, and how far the user's clients are.</summary>
internal static class InboxCommand
{
    public static Command Create(Terminal terminal)
    {
        var center = new CenterOptions();
        var app = Options.App();
        var user = new Argument<string>("user") { Description = "The user." };
        var command = new Command("inbox", "Show what is kept for a user.") { user, app };
        center.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var connection = center.Connect(parsed);
            var request = new GetInboxRequest { App = parsed.GetRequiredValue(app), User = parsed.GetRequiredValue(user) };
            var inbox = await connection.CallAsync((client, call) => client.GetInboxAsync(request, call), cancellationToken);
            var head = Positions.Of(inbox.Head) is { Length: > 0 } latest ? $"; the latest is {latest}" : "; there was none";
            terminal.Out.Line($"{Units.Count(inbox.Messages)} {(inbox.Messages == 1 ? "message waits" : "messages wait")}, {Units.Count((long)inbox.Bytes)} bytes{head}");
            if (inbox.Readers.Count > 0)
            {
                var table = Tables.Create("device", "acknowledged", "last seen", "attempts");
                foreach (var reader in inbox.Readers)
                {
                    table.Row(
                        reader.Device.Length > 0 ? reader.Device : "(any)",
                        Positions.Of(reader.Acknowledged) is { Length: > 0 } position ? position : "nothing",
                        reader.SeenUnixMs == 0 ? "" : Units.Time(reader.SeenUnixMs),
                        Units.Count(reader.Attempts));
                }

                terminal.Out.Write(table);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
