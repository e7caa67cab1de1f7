using System.CommandLine;
using Google.Protobuf.Collections;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Messages;

/// <summary><c>dead-letters</c>: kept messages that were given up, and why.</summary>
internal static class DeadLettersCommand
{
    private const int PageSize = 100;

    public static Command Create(Terminal terminal)
    {
        var center = new CenterOptions();
        var app = Options.App();
        var user = new Option<string?>("--user") { Description = "Only those of this user.", HelpName = "name" };
        var limit = new Option<int>("--limit") { Description = "Most to list.", DefaultValueFactory = static _ => 1_000, HelpName = "n" };
        limit.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError("--limit takes 1 and more.");
            }
        });
        var command = new Command("dead-letters", "List kept messages that were given up.") { app, user, limit };
        center.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var connection = center.Connect(parsed);
            var request = new ListDeadLettersRequest { App = parsed.GetRequiredValue(app), User = parsed.GetValue(user) ?? "" };
            var most = parsed.GetRequiredValue(limit);
            var shown = 0;
            do
            {
                request.Limit = (uint)Math.Min(PageSize, most - shown);
                var page = await connection.CallAsync((client, call) => client.ListDeadLettersAsync(request, call), cancellationToken);
                Print(terminal, page.Letters);
                shown += page.Letters.Count;
                request.Cursor = page.NextCursor;
            }
            while (request.Cursor.Length > 0 && shown < most);

            var more = request.Cursor.Length > 0 ? "; there may be more, raise --limit" : "";
            terminal.Out.Line($"{Units.Count(shown)} {(shown == 1 ? "dead letter" : "dead letters")}{more}");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(Terminal terminal, RepeatedField<DeadLetter> letters)
    {
        if (letters.Count == 0)
        {
            return;
        }

        var table = Tables.Create("given up", "user", "device", "why", "attempts", "message", "position", "type", "content");
        foreach (var letter in letters)
        {
            table.Row(
                Units.Time(letter.DiedUnixMs),
                letter.User,
                letter.Device,
                letter.Code,
                Units.Count(letter.Attempts),
                letter.MessageId,
                Positions.Of(letter.Position),
                letter.Type,
                $"{letter.ContentType}, {Units.Count(letter.Payload.Length)} bytes");
        }

        terminal.Out.Write(table);
    }
}
