using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.Sessions;
using Microservices.Gateway.WebSockets;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Delivery;

/// <summary>
/// The frames of one delivery: encoded once for each version, kind and framing that a recipient needs, then posted to all who need the same.
/// Used again for the next delivery; not thread-safe.
/// </summary>
internal sealed class EncodedFrames(int maxFrameBytes)
{
    /// <summary>Real clients speak two or three versions, plain and in WebSockets. Whoever makes up more of them costs an encoding each, not memory.</summary>
    private const int MaxKinds = 12;

    private const int InitialBytes = 4096;
    private const int KeptBytes = 1024 * 1024;

    private readonly Kind[] _kinds = new Kind[MaxKinds];
    private readonly PushDelivery _push = new();
    private ArrayBufferWriter<byte> _bytes = new(InitialBytes);
    private int _count;
    private int _latest;
    private string _id = "";
    private Contracts.Bus.Delivery _delivery = new();
    private string? _text;

    /// <summary>Begins with a delivery; <paramref name="id"/> names its message.</summary>
    public void Begin(string id, Contracts.Bus.Delivery delivery)
    {
        _id = id;
        _delivery = delivery;
        Clear();
        if (_bytes.Capacity > KeptBytes)
        {
            _bytes = new ArrayBufferWriter<byte>(InitialBytes);
        }
    }

    /// <summary>The frame for <paramref name="session"/>.</summary>
    /// <param name="framed">In the framing of its connection. Valid until the next call.</param>
    /// <param name="frame">Without it. Valid until the next call.</param>
    /// <param name="fault">Why there is none.</param>
    public bool TryGet(Session session, out Command command, out ReadOnlySpan<byte> framed, out ReadOnlySpan<byte> frame, out DropCause fault)
    {
        var asChat = _delivery.ContentCase == Contracts.Bus.Delivery.ContentOneofCase.Chat || session.IsChatClient;
        command = asChat ? ChatCommandOf(_delivery.Audience) : Command.Push;
        var version = _delivery.ContentCase == Contracts.Bus.Delivery.ContentOneofCase.Push && session.IsChatClient
            ? ProtocolVersion.PushToChatClient
            : session.Connection.ReplyVersion;
        ref readonly var kind = ref _kinds[Find(command, version, session.Connection.FramingFor(version), asChat && session.IsBound)];
        framed = _bytes.WrittenSpan[kind.Framed];
        frame = _bytes.WrittenSpan[kind.Frame];
        fault = kind.Fault ?? default;
        return kind.Fault is null;
    }

    private static Command ChatCommandOf(Audience audience) => audience switch
    {
        Audience.Several => Command.GroupChatDelivery,
        Audience.All => Command.BroadcastChatDelivery,
        _ => Command.SingleChatDelivery,
    };

    private int Find(Command command, uint version, Framing framing, bool namesApp)
    {
        // Most recipients need what the one before them got.
        if (_latest < _count && _kinds[_latest].Is(command, version, framing, namesApp))
        {
            return _latest;
        }

        for (var i = 0; i < _count; i++)
        {
            if (_kinds[i].Is(command, version, framing, namesApp))
            {
                return _latest = i;
            }
        }

        if (_count == MaxKinds)
        {
            Clear();
        }

        var start = _bytes.WrittenCount;
        var fault = Encode(command, version, namesApp);
        var frame = start.._bytes.WrittenCount;
        var framed = frame;
        if (framing != Framing.Raw && fault is null)
        {
            ClientFraming.Write(_bytes, framing, _bytes.WrittenSpan[frame]);
            framed = frame.End.Value.._bytes.WrittenCount;
        }

        _kinds[_count] = new Kind(command, version, framing, namesApp, frame, framed, fault);
        return _latest = _count++;
    }

    private DropCause? Encode(Command command, uint version, bool namesApp)
    {
        try
        {
            if (command == Command.Push)
            {
                WritePush(version);
                return null;
            }

            if (TextOf() is not { } text)
            {
                return DropCause.NotText;
            }

            var chat = new ChatDelivery
            {
                ChatFrom = _delivery.Chat?.ChatFrom ?? _delivery.Push.Sender,
                ChatContent = text,
                App = namesApp ? _delivery.App : "",
            };
            FrameWriter.Write(_bytes, version, command, chat, (uint)maxFrameBytes);
            return null;
        }
        catch (ProtocolException)
        {
            return DropCause.TooLarge;
        }
    }

    private void WritePush(uint version)
    {
        var push = _delivery.Push;
        _push.Id = _id;
        _push.App = _delivery.App;
        _push.Payload = push.Payload.Memory;
        _push.ContentType = push.ContentType;
        _push.Expires = push.ExpiresUnixMs;
        _push.Type = push.Type;
        FrameWriter.Write(_bytes, version, Command.Push, _push, (uint)maxFrameBytes);
    }

    private string? TextOf()
    {
        if (_delivery.Chat is { } chat)
        {
            return chat.ChatContent;
        }

        var payload = _delivery.Push.Payload.Span;
        return _text ??= Utf8.IsValid(payload) ? Encoding.UTF8.GetString(payload) : null;
    }

    private void Clear()
    {
        _bytes.ResetWrittenCount();
        _count = 0;
        _latest = 0;
        _text = null;
    }

    /// <summary>What a recipient needs, and where it stands.</summary>
    private readonly record struct Kind(Command Command, uint Version, Framing Framing, bool NamesApp, Range Frame, Range Framed, DropCause? Fault)
    {
        public bool Is(Command command, uint version, Framing framing, bool namesApp) =>
            Command == command && Version == version && Framing == framing && NamesApp == namesApp;
    }
}
