using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;
using Microservices.Client;
using Microservices.Client.Messages;
using Spectre.Console;

namespace Microservices.Cli.Chat;

/// <summary>Shows a conversation, a line for each thing that happens.</summary>
internal sealed class ChatScreen(Terminal terminal, string user)
{
    private static readonly Style Faint = new(decoration: Decoration.Dim);
    private static readonly Style Bad = new(Color.Red);
    private static readonly Style Pushed = new(Color.Blue);

    private readonly Lock _sync = new();

    public void Show(ChatMessage chat) => Line(chat.Audience switch
    {
        ChatAudience.Several => $"{chat.From} (to several): {chat.Text}",
        ChatAudience.All => $"{chat.From} (to all): {chat.Text}",
        _ => $"{chat.From}: {chat.Text}",
    });

    public void Show(PushMessage push)
    {
        var name = push.Type.Length > 0 ? $"push {push.Type}" : "push";
        Line(push.IsNotify ? $"[{name}] {Units.Count(push.Size)} bytes of {push.ContentType} to be fetched" : IsText(push.ContentType) ? $"[{name}] {push.Text}" : $"[{name}] {Units.Count(push.Payload.Length)} bytes of {push.ContentType}", Pushed);
    }

    public void Show(ServerError error) => Line($"! {error.Reason}{(error.Message.Length > 0 ? $": {error.Message}" : "")}", Bad);

    public void Show(ClientState state)
    {
        switch (state.Phase)
        {
            case ClientPhase.Verified:
                Line($"* connected to {state.Endpoint} as {user}{(state.Resumed ? "; the session goes on" : "")}", Faint);
                break;
            case ClientPhase.Waiting:
                Line($"* {state.Message.TrimEnd('.')}; reconnecting in {Units.Seconds(state.RetryIn)}", Faint);
                break;
            case ClientPhase.Idle or ClientPhase.Connecting or ClientPhase.Stopped:
                // The first two say nothing new; the end is told by the command.
                break;
        }
    }

    public void Hint(string text) => Line($"* {text}", Faint);

    private static bool IsText(string contentType) =>
        contentType.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || contentType.StartsWith("application/json", StringComparison.OrdinalIgnoreCase);

    private void Line(string line, Style? style = null)
    {
        lock (_sync)
        {
            terminal.Out.Line(line, style);
        }
    }
}
