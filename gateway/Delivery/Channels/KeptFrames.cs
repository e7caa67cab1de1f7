using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.WebSockets;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>
/// A thread's memory for the frames of the kept message that it sends: who needs the same bytes as one before gets them again. A position that differs
/// costs an encoding; "all" has one for everybody, an inbox has its own anyway.
/// </summary>
internal sealed class KeptFrames
{
    private const int MaxKinds = 8;
    private const int InitialBytes = 1024;
    private const int KeptBytes = 128 * 1024;

    [ThreadStatic]
    private static KeptFrames? ofThread;

    private readonly (Command Command, uint Version, Framing Framing, bool Notify, bool NamesApp, ChannelKind Channel, LogPosition Position, Range Framed, DropCause? Fault)[] _kinds =
        new (Command, uint, Framing, bool, bool, ChannelKind, LogPosition, Range, DropCause?)[MaxKinds];

    private readonly PushDelivery _push = new();
    private ArrayBufferWriter<byte> _bytes = new(InitialBytes);
    private KeptContent? _content;
    private string? _text;
    private int _count;

    public static KeptFrames OfThread => ofThread ??= new KeptFrames();

    /// <summary>The frame for <paramref name="session"/>.</summary>
    /// <param name="framed">In the framing of its connection. Valid until the thread asks for the next one.</param>
    /// <param name="fault">Why there is none.</param>
    public bool TryGet(Session session, ChannelKind channel, LogPosition position, KeptContent content, int maxFrameBytes, out Command command, out ReadOnlySpan<byte> framed, out DropCause fault)
    {
        var asChat = content.Chat is not null || session.IsChatClient;
        command = !asChat ? Command.Push : content.Audience switch
        {
            Audience.Several => Command.GroupChatDelivery,
            Audience.All => Command.BroadcastChatDelivery,
            _ => Command.SingleChatDelivery,
        };
        var version = content.Push is not null && session.IsChatClient ? ProtocolVersion.PushToChatClient : session.Connection.ReplyVersion;
        var framing = session.Connection.FramingFor(version);
        ref readonly var kind = ref _kinds[Find(command, version, framing, session.WantsAck, asChat && session.IsBound, channel, position, content, maxFrameBytes)];
        framed = _bytes.WrittenSpan[kind.Framed];
        fault = kind.Fault ?? default;
        return kind.Fault is null;
    }

    private int Find(Command command, uint version, Framing framing, bool wantsAck, bool namesApp, ChannelKind channel, LogPosition position, KeptContent content, int maxFrameBytes)
    {
        if (!ReferenceEquals(content, _content))
        {
            Begin(content);
        }

        var notify = command == Command.Push && wantsAck && content.NotifyOnly;

        // Chat without a position is the same for everybody.
        var told = wantsAck || command == Command.Push ? position : LogPosition.Start;
        for (var i = 0; i < _count; i++)
        {
            ref readonly var kind = ref _kinds[i];
            if (kind.Command == command && kind.Version == version && kind.Framing == framing && kind.Notify == notify && kind.NamesApp == namesApp && kind.Position == told && kind.Channel == channel)
            {
                return i;
            }
        }

        if (_count == MaxKinds)
        {
            Begin(content);
        }

        var start = _bytes.WrittenCount;
        var fault = Encode(command, version, wantsAck, notify, namesApp, channel, told, content, maxFrameBytes);
        var framed = start.._bytes.WrittenCount;
        if (framing != Framing.Raw && fault is null)
        {
            ClientFraming.Write(_bytes, framing, _bytes.WrittenSpan[framed]);
            framed = framed.End.Value.._bytes.WrittenCount;
        }

        _kinds[_count] = (command, version, framing, notify, namesApp, channel, told, framed, fault);
        return _count++;
    }

    private void Begin(KeptContent content)
    {
        _content = content;
        _text = null;
        _count = 0;
        _bytes.ResetWrittenCount();
        if (_bytes.Capacity > KeptBytes)
        {
            _bytes = new ArrayBufferWriter<byte>(InitialBytes);
        }
    }

    private DropCause? Encode(Command command, uint version, bool wantsAck, bool notify, bool namesApp, ChannelKind channel, LogPosition told, KeptContent content, int maxFrameBytes)
    {
        try
        {
            if (command == Command.Push)
            {
                if (!TryWritePush(version, notify, channel, told, content, maxFrameBytes))
                {
                    // Who acknowledges learns of it all the same; what no frame can hold, no page can either.
                    return wantsAck && !notify && TryWritePush(version, notify: true, channel, told, content, maxFrameBytes) ? null : DropCause.TooLarge;
                }

                return null;
            }

            if ((_text ??= TextOf(content)) is not { } text)
            {
                return DropCause.NotText;
            }

            var chat = new ChatDelivery { ChatFrom = content.Chat?.ChatFrom ?? content.Push!.Sender, ChatContent = text, App = namesApp ? content.App : "" };
            if (wantsAck)
            {
                (chat.Id, chat.Channel, chat.Epoch, chat.Seq) = (content.Id, ChannelKinds.NameOf(channel), told.Epoch, told.Seq);
            }

            FrameWriter.Write(_bytes, version, command, chat, (uint)maxFrameBytes);
            return null;
        }
        catch (ProtocolException)
        {
            return DropCause.TooLarge;
        }
    }

    private bool TryWritePush(uint version, bool notify, ChannelKind channel, LogPosition told, KeptContent content, int maxFrameBytes)
    {
        var push = content.Push!;
        _push.Id = content.Id;
        _push.App = content.App;
        _push.Channel = ChannelKinds.NameOf(channel);
        _push.Epoch = told.Epoch;
        _push.Seq = told.Seq;
        _push.Payload = notify ? default : push.Payload.Memory;
        _push.ContentType = push.ContentType;
        _push.Expires = content.ExpiresUnixMs;
        _push.Type = push.Type;
        _push.Notify = notify;
        _push.Size = notify ? (uint)push.Payload.Length : 0;
        try
        {
            FrameWriter.Write(_bytes, version, Command.Push, _push, (uint)maxFrameBytes);
            return true;
        }
        catch (ProtocolException)
        {
            return false;
        }
    }

    private static string? TextOf(KeptContent content)
    {
        if (content.Chat is { } chat)
        {
            return chat.ChatContent;
        }

        var payload = content.Push!.Payload.Span;
        return Utf8.IsValid(payload) ? Encoding.UTF8.GetString(payload) : null;
    }
}
