using System.CommandLine;
using Google.Protobuf;
using Microservices.Cli.Center;
using Microservices.Cli.CommandLine;
using Microservices.Cli.Messages;
using Microservices.Cli.Output;
using Microservices.Contracts.Center;

namespace Microservices.Cli.Push;

/// <summary><c>push</c>: sends a message to users, or to everybody, and says what became of it.</summary>
internal static class PushCommand
{
    // What one call takes; a longer list is cut.
    private const int MaxUsersPerCall = 1_000;

    public static Command Create(Terminal terminal)
    {
        var center = new CenterOptions();
        var app = Options.App();
        var to = Options.List("--to", "The users.");
        var all = new Option<bool>("--all") { Description = "Everybody who is connected." };
        var text = new Option<string?>("--text") { Description = "The message, as text.", HelpName = "text" };
        var file = new Option<string?>("--file") { Description = "The message: what is in this file.", HelpName = "file" };
        var contentType = new Option<string?>("--content-type")
        {
            Description = "Its MIME type. Default: text/plain for --text, application/octet-stream for --file.",
            HelpName = "type",
        };
        var type = new Option<string?>("--type") { Description = "The app's own kind of message.", HelpName = "name" };
        var timeToLive = Options.Span("--ttl", "How long it is worth delivering.");
        var qos = new Option<string?>("--qos")
        {
            Description = "0: to those who are connected. 1: kept until it is acknowledged, in order. Default: 0.",
            HelpName = "0|1",
        };
        var key = new Option<string?>("--once")
        {
            Description = "With --qos 1: a name of your own for this message; given again with the same message, it is not sent twice.",
            HelpName = "name",
        };
        var notify = new Option<bool>("--notify") { Description = "With --qos 1: clients are told of the message, and fetch it." };
        var command = new Command("push", "Send a message to users.") { app, to, all, text, file, contentType, type, timeToLive, qos, key, notify };
        center.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) == (result.GetResult(to) is { Implicit: false }))
            {
                result.AddError("Give --to with users, or --all.");
            }

            if ((result.GetResult(text) is null) == (result.GetResult(file) is null))
            {
                result.AddError("Give --text or --file, one of them.");
            }

            if (result.GetValue(qos) is not (null or "0" or "1"))
            {
                result.AddError("--qos takes 0 or 1.");
            }
            else if (result.GetValue(qos) is not "1" && (result.GetResult(key) is not null || result.GetValue(notify)))
            {
                result.AddError("--once and --notify go with --qos 1.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var connection = center.Connect(parsed);
            var request = new PushRequest
            {
                App = parsed.GetRequiredValue(app),
                Payload = parsed.GetValue(file) is { } path ? PayloadFile.Read(path) : ByteString.CopyFromUtf8(parsed.GetValue(text)!),
                ContentType = parsed.GetValue(contentType) ?? (parsed.GetValue(file) is null ? "text/plain" : ""),
                Type = parsed.GetValue(type) ?? "",
                Qos = parsed.GetValue(qos) == "1" ? Qos.AtLeastOnce : Qos.AtMostOnce,
                Key = parsed.GetValue(key) ?? "",
                NotifyOnly = parsed.GetValue(notify),
                TtlMs = (uint)(parsed.GetValue(timeToLive)?.TotalMilliseconds ?? 0),
            };
            return parsed.GetValue(all)
                ? await ToEverybodyAsync(terminal, connection, request, cancellationToken)
                : await ToUsersAsync(terminal, connection, request, parsed.GetRequiredValue(to), cancellationToken);
        });
        return command;
    }

    private static async Task<int> ToEverybodyAsync(Terminal terminal, CenterConnection connection, PushRequest request, CancellationToken cancellationToken)
    {
        request.Everybody = new Everybody();
        var reply = await connection.CallAsync((client, call) => client.PushAsync(request, call), cancellationToken);
        var gateways = $"{Units.Count(reply.Rooms)} {(reply.Rooms == 1 ? "gateway" : "gateways")}";
        if (request.Qos == Qos.AtLeastOnce)
        {
            var was = reply.Repeated ? "was kept before" : "is kept";
            terminal.Out.Line($"Message {reply.MessageId} {was}, at {Positions.Of(reply.Position)}, and was sent to {gateways}.");
            return ExitCode.Done;
        }

        terminal.Out.Line($"Message {reply.MessageId} was sent to {gateways}.");
        return reply.Rooms > 0 ? ExitCode.Done : ExitCode.Incomplete;
    }

    private static async Task<int> ToUsersAsync(
        Terminal terminal, CenterConnection connection, PushRequest request, string[] users, CancellationToken cancellationToken)
    {
        var outcomes = new List<UserOutcome>(users.Length);
        foreach (var part in users.Chunk(MaxUsersPerCall))
        {
            request.Users = new Users { Users_ = { part } };
            var reply = await connection.CallAsync((client, call) => client.PushAsync(request, call), cancellationToken);
            outcomes.AddRange(reply.Outcomes);
        }

        return OutcomeTable.Print(terminal.Out, outcomes, "sent");
    }
}
