using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microservices.Client;
using Microservices.Client.Apps;
using Microservices.Client.Messages;
using Spectre.Console;

namespace Microservices.Cli.Receive;

/// <summary>A line of JSON for each message, and for what else happens.</summary>
internal sealed class ReceiveJson(IAnsiConsole console) : IReceivePrinter
{
    private readonly Lock _sync = new();

    public void Show(PushMessage push)
    {
        var isText = Utf8.IsValid(push.Payload.Span);
        Write(new
        {
            kind = "push",
            id = push.Id,
            app = push.App,
            channel = push.Channel,
            epoch = push.Position?.Epoch,
            seq = push.Position?.Seq,
            type = push.Type,
            content_type = push.ContentType,
            expires_unix_ms = push.ExpiresAt?.ToUnixTimeMilliseconds(),
            notify = push.IsNotify,
            size = push.Size,
            payload = isText ? Encoding.UTF8.GetString(push.Payload.Span) : null,
            payload_base64 = isText ? null : Convert.ToBase64String(push.Payload.Span),
        });
    }

    public void Show(ChatMessage chat) => Write(new
    {
        kind = "chat",
        id = chat.Id,
        app = chat.App,
        channel = chat.Channel,
        epoch = chat.Position?.Epoch,
        seq = chat.Position?.Seq,
        from = chat.From,
        text = chat.Text,
    });

    public void Show(LogRestart restart) => Write(new
    {
        kind = "log_restarted",
        channel = restart.Channel,
        old_epoch = restart.Old.Epoch,
        old_seq = restart.Old.Seq,
        epoch = restart.New.Epoch,
        seq = restart.New.Seq,
    });

    public void Show(ServerError error) => Write(new { kind = "error", code = (uint)error.Code, reason = error.Reason, message = error.Message });

    public void Show(ClientState state)
    {
        if (state.Phase is ClientPhase.Verified or ClientPhase.Waiting)
        {
            Write(new { kind = state.Phase == ClientPhase.Verified ? "connected" : "disconnected", endpoint = state.Endpoint?.ToString(), message = state.Message });
        }
    }

    public void Show(AppState state) => Write(new
    {
        kind = state.Phase switch { AppPhase.Bound => "bound", AppPhase.Waiting => "binding", _ => "unbound" },
        app = state.App,
        code = (uint)state.Code,
        message = state.Message,
    });

    public void Show(ReceivedCounts counts) => Write(new { kind = "end", messages = counts.Handled, repeats = counts.Repeats, dropped = counts.Dropped });

    // Past the console: JSON is not folded to its width, and escapes what could control it.
    private void Write<T>(T line)
    {
        lock (_sync)
        {
            console.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(line));
            console.Profile.Out.Writer.Flush();
        }
    }
}
