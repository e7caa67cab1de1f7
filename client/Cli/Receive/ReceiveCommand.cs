using System.CommandLine;
using Microservices.Cli.CommandLine;
using Microservices.Client;
using Microservices.Client.Apps;
using Microservices.Client.Cursors;
using Microservices.Client.Receiving;

namespace Microservices.Cli.Receive;

/// <summary><c>receive</c>: logs in as a user and shows what arrives with its position, until Ctrl+C or so many messages.</summary>
internal static class ReceiveCommand
{
    public static Command Create(Terminal terminal)
    {
        var user = new UserOptions();
        var cursorFile = new Option<string?>("--cursor-file") { Description = "Keep here how far you have received: repeats are removed also after a restart.", HelpName = "file" };
        var slow = Options.Span("--slow", "Take so long for each message.");
        var noAck = new Option<bool>("--no-ack") { Description = "Leave it to the gateway to acknowledge, when it has sent a message." };
        var fetch = new Option<bool>("--fetch") { Description = "Fetch the payloads of messages that come without." };
        var bind = BindOption.Create();
        var json = new Option<bool>("--json") { Description = "A line of JSON for each." };
        var count = new Option<int?>("--count") { Description = "Leave after so many messages.", HelpName = "n" };
        count.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 and var value)
            {
                result.AddError($"--count is {value}; it takes 1 or more.");
            }
        });
        var command = new Command("receive", "Receive as a user and show what arrives, with positions.");
        user.AddTo(command);
        foreach (var option in new Option[] { bind, cursorFile, slow, noAck, fetch, count, json })
        {
            command.Options.Add(option);
        }

        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var cursors = parsed.GetValue(cursorFile) is { } path ? Open(path) : null;
            AppLogin[] apps = [.. (parsed.GetValue(bind) ?? []).Select(BindOption.Parse)];
            IReceivePrinter printer = parsed.GetValue(json) ? new ReceiveJson(terminal.Out) : new ReceiveLines(terminal, user.UserOf(parsed), [.. apps.Select(static app => app.App)]);
            var reception = new Reception(printer, apps, parsed.GetValue(slow) ?? TimeSpan.Zero, parsed.GetValue(fetch), parsed.GetValue(count) ?? int.MaxValue);
            await using var client = user.Client(parsed, login => new PushClientOptions
            {
                App = login.App,
                User = login.User,
                Device = login.Device,
                Token = login.Token,
                TokenProvider = login.TokenProvider,
                Dispatchers = login.Dispatchers,
                Endpoints = login.Endpoints,
                Tls = login.Tls,
                OnPush = reception.TakeAsync,
                OnChat = reception.TakeAsync,
                Receive = new ReceiveOptions
                {
                    Cursors = (ICursorStore?)cursors ?? new MemoryCursorStore(),
                    Acknowledge = parsed.GetValue(noAck) ? AcknowledgeMode.WhenSent : AcknowledgeMode.AfterHandler,
                },
            });
            await reception.RunAsync(client, cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    private static FileCursorStore Open(string path)
    {
        try
        {
            return FileCursorStore.Open(path);
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CliException(fault.Message);
        }
    }
}
