using System.CommandLine;
using Microservices.Cli.CommandLine;

namespace Microservices.Cli.Chat;

/// <summary><c>chat</c>: logs in as a user, sends what is typed, and shows what arrives.</summary>
internal static class ChatCommand
{
    public static Command Create(Terminal terminal)
    {
        var user = new UserOptions();
        var stay = new Option<bool>("--stay") { Description = "Go on receiving when the input, a file or a pipe, is at its end." };
        var command = new Command("chat", $"Chat as a user and see pushes. Type {ChatLine.Usage}.");
        user.AddTo(command);
        command.Options.Add(stay);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var client = user.Client(parsed, static login => login.ToOptions());
            await new Conversation(client, new ChatScreen(terminal, user.UserOf(parsed)), terminal.In, parsed.GetValue(stay)).RunAsync(cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }
}
