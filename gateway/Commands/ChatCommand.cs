using System.Buffers;
using System.Globalization;
using System.Text;
using Microservices.Contracts;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Apps;
using Microservices.Gateway.Connections;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Uplink;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Commands;

/// <summary>
/// Commands 2 to 4: checks what the app's policy says and sends the message up. Whom it is from is known from the session; what the body
/// says of that is not looked at.
/// </summary>
internal abstract class ChatCommand(UplinkSender uplink, TimeProvider time) : ICommandHandler
{
    public abstract Command Command { get; }

    public bool WorksUnverified => false;

    public Task? Handle(Connection connection, in FrameHeader header, in ReadOnlySequence<byte> body)
    {
        var chat = Read(header, body, out var app);
        var first = connection.Session!;

        // Chat clients were promised that what they add to their chat is ignored.
        if ((first.IsChatClient ? first : connection.SessionOf(app)) is not { } session)
        {
            uplink.Refused();
            CommandTable.RefuseUnbound(connection, Command, chat.RequestId, app);
            return null;
        }

        var rate = session.App.Policy.ChatRate;
        if (!session.Chats.TryTake(rate, Timestamp(), out var retryAfterMs))
        {
            uplink.Refused(UplinkOutcome.RateLimited);
            connection.Fail(
                Command,
                chat.RequestId,
                Code.RateLimited,
                string.Create(CultureInfo.InvariantCulture, $"More than {rate.PerSecond} chats a second; the next one in {retryAfterMs} ms."),
                retryAfterMs,
                session.NamedApp);
            return null;
        }

        if (FaultOf(session.App.Policy, chat) is var (code, message))
        {
            uplink.Refused();
            connection.Fail(Command, chat.RequestId, code, message, app: session.NamedApp);
            return null;
        }

        return uplink.Send(session, chat);
    }

    /// <summary>Reads the body.</summary>
    /// <param name="app">The bound app that it is of; empty = the app of the verify.</param>
    protected abstract ChatRequest Read(in FrameHeader header, in ReadOnlySequence<byte> body, out string app);

    /// <summary>Not the wheel's clock: after a stall of ours the client may send what it was allowed to meanwhile.</summary>
    private TimeSpan Timestamp() => time.GetElapsedTime(0);

    private static (Code Code, string Message)? FaultOf(AppPolicy policy, ChatRequest chat)
    {
        var isBroadcast = chat.Command == (uint)Command.BroadcastChat;
        if (isBroadcast ? !policy.MayBroadcast : !policy.MayChat)
        {
            return (Code.Forbidden, isBroadcast ? "The app does not let clients broadcast." : "The app does not let clients chat.");
        }

        var bytes = Encoding.UTF8.GetByteCount(chat.ChatContent);
        if (bytes > policy.MaxContentBytes)
        {
            return (Code.PayloadTooLarge, string.Create(CultureInfo.InvariantCulture, $"chat_content has {bytes} bytes; the limit is {policy.MaxContentBytes}."));
        }

        if (isBroadcast)
        {
            return null;
        }

        if (chat.ChatTo.Count > policy.MaxRecipients)
        {
            return (Code.TooManyRecipients, string.Create(CultureInfo.InvariantCulture, $"chat_to has {chat.ChatTo.Count} recipients; the limit is {policy.MaxRecipients}."));
        }

        if (chat.ChatTo.Count == 0)
        {
            return (Code.InvalidArgument, "chat_to is empty.");
        }

        foreach (var to in chat.ChatTo)
        {
            if (Identifiers.FaultOfName("chat_to", to) is { } fault)
            {
                return (Code.InvalidArgument, fault);
            }
        }

        return null;
    }
}

/// <summary>Command 2.</summary>
internal sealed class SingleChatCommand(UplinkSender uplink, TimeProvider time) : ChatCommand(uplink, time)
{
    public override Command Command => Command.SingleChat;

    protected override ChatRequest Read(in FrameHeader header, in ReadOnlySequence<byte> body, out string app)
    {
        var chat = FrameBody.Read<SingleChat>(header, body);
        app = chat.App;
        return new ChatRequest { Command = (uint)Command, RequestId = chat.Id, ChatTo = { chat.ChatTo }, ChatContent = chat.ChatContent };
    }
}

/// <summary>Command 3.</summary>
internal sealed class GroupChatCommand(UplinkSender uplink, TimeProvider time) : ChatCommand(uplink, time)
{
    public override Command Command => Command.GroupChat;

    protected override ChatRequest Read(in FrameHeader header, in ReadOnlySequence<byte> body, out string app)
    {
        var chat = FrameBody.Read<GroupChat>(header, body);
        app = chat.App;
        return new ChatRequest { Command = (uint)Command, RequestId = chat.Id, ChatTo = { chat.ChatTo }, ChatContent = chat.ChatContent };
    }
}

/// <summary>Command 4.</summary>
internal sealed class BroadcastChatCommand(UplinkSender uplink, TimeProvider time) : ChatCommand(uplink, time)
{
    public override Command Command => Command.BroadcastChat;

    protected override ChatRequest Read(in FrameHeader header, in ReadOnlySequence<byte> body, out string app)
    {
        var chat = FrameBody.Read<BroadcastChat>(header, body);
        app = chat.App;
        return new ChatRequest { Command = (uint)Command, RequestId = chat.Id, ChatContent = chat.ChatContent };
    }
}
