using Microservices.Cli.CommandLine;
using Microservices.Cli.Output;
using Microservices.Client;
using Microservices.Client.Apps;
using Microservices.Client.Messages;
using Microservices.Protocol;
using Spectre.Console;

namespace Microservices.Cli.Receive;

/// <summary>A line for each thing that happens.</summary>
internal sealed class ReceiveLines(Terminal terminal, string user, IReadOnlyCollection<string> apps) : IReceivePrinter
{
    private static readonly Style Faint = new(decoration: Decoration.Dim);
    private static readonly Style Bad = new(Color.Red);

    private readonly Lock _sync = new();

    public void Show(PushMessage push)
    {
        var name = push.Type.Length > 0 ? $"push {push.Type}" : "push";
        var content = push.IsNotify ? $"{Units.Count(push.Size)} bytes of {push.ContentType} to be fetched"
            : IsText(push.ContentType) ? push.Text
            : $"{Units.Count(push.Payload.Length)} bytes of {push.ContentType}";
        Line($"{Place(push.Channel, push.Position)} [{(apps.Contains(push.App) ? $"{push.App} " : "")}{name}] {content}");
    }

    public void Show(ChatMessage chat) => Line($"{Place(chat.Channel, chat.Position)} [{(chat.App.Length > 0 ? $"{chat.App} " : "")}chat] {chat.From}: {chat.Text}");

    public void Show(LogRestart restart) =>
        Line($"* {restart.Channel}: the log began anew at {restart.New}; what came after {restart.Old} and before that may be lost", Bad);

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

    public void Show(AppState state)
    {
        var why = $"{CodeTable.NameOf(state.Code)}{(state.Message.Length > 0 ? $": {state.Message.TrimEnd('.')}" : "")}";
        switch (state.Phase)
        {
            case AppPhase.Bound:
                Line($"* {state.App} is bound{(state.Resumed ? "; its session goes on" : "")}", Faint);
                break;
            case AppPhase.Waiting:
                Line($"* {state.App}: {why}; binding again", Faint);
                break;
            default:
                Line($"* {state.App} is no longer bound: {why}", Faint);
                break;
        }
    }

    public void Show(ReceivedCounts counts)
    {
        var dropped = counts.Dropped > 0 ? $", {Units.Count(counts.Dropped)} dropped" : "";
        Line($"* {Units.Count(counts.Handled)} messages, {Units.Count(counts.Repeats)} repeats removed{dropped}", Faint);
    }

    private static string Place(string channel, MessagePosition? position) => position is { } place ? $"{channel} {place}" : "-";

    private static bool IsText(string contentType) =>
        contentType.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || contentType.Contains("json", StringComparison.OrdinalIgnoreCase);

    private void Line(string line, Style? style = null)
    {
        lock (_sync)
        {
            terminal.Out.Line(line, style);
        }
    }
}
