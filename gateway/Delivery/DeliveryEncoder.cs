using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Microservices.Contracts.Bus;
using Microservices.Gateway.Diagnostics;
using Microservices.Gateway.WebSockets;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Delivery;

/// <summary>Encodes what the bus brings into frames. Used by one thread at a time.</summary>
internal sealed class DeliveryEncoder(int maxFrameBytes)
{
    private readonly PushDelivery _push = new();
    private Contracts.Bus.Delivery? _delivery;
    private string? _text;

    /// <summary>Appends the frame of a delivery in one form, without what its connection puts around it.</summary>
    /// <param name="output">Takes it.</param>
    /// <param name="id">Names the message.</param>
    /// <param name="delivery">Has content.</param>
    /// <param name="form">Who gets it.</param>
    /// <param name="command">What it is.</param>
    /// <param name="framing">What goes around it: <see cref="ClientFraming.Write"/>.</param>
    /// <returns>Why there is none; null = there is.</returns>
    public DropCause? Write(IBufferWriter<byte> output, string id, Contracts.Bus.Delivery delivery, RecipientForm form, out Command command, out Framing framing)
    {
        var asChat = delivery.ContentCase == Contracts.Bus.Delivery.ContentOneofCase.Chat || form.IsChatClient;
        command = asChat ? ChatCommandOf(delivery.Audience) : Command.Push;
        var version = delivery.ContentCase == Contracts.Bus.Delivery.ContentOneofCase.Push && form.IsChatClient
            ? ProtocolVersion.PushToChatClient
            : form.Version;
        framing = ClientFraming.For(form.Framing, version);
        try
        {
            if (!asChat)
            {
                WritePush(output, id, delivery, version);
                return null;
            }

            if (TextOf(delivery) is not { } text)
            {
                return DropCause.NotText;
            }

            var chat = new ChatDelivery
            {
                ChatFrom = delivery.Chat?.ChatFrom ?? delivery.Push.Sender,
                ChatContent = text,
                App = form.IsBound ? delivery.App : "",
            };
            FrameWriter.Write(output, version, command, chat, (uint)maxFrameBytes);
            return null;
        }
        catch (ProtocolException)
        {
            return DropCause.TooLarge;
        }
    }

    /// <summary>Keeps nothing of the last delivery.</summary>
    public void Forget()
    {
        _push.Payload = default;
        (_delivery, _text) = (null, null);
    }

    private static Command ChatCommandOf(Audience audience) => audience switch
    {
        Audience.Several => Command.GroupChatDelivery,
        Audience.All => Command.BroadcastChatDelivery,
        _ => Command.SingleChatDelivery,
    };

    private void WritePush(IBufferWriter<byte> output, string id, Contracts.Bus.Delivery delivery, uint version)
    {
        var push = delivery.Push;
        _push.Id = id;
        _push.App = delivery.App;
        _push.Payload = push.Payload.Memory;
        _push.ContentType = push.ContentType;
        _push.Expires = push.ExpiresUnixMs;
        _push.Type = push.Type;
        FrameWriter.Write(output, version, Command.Push, _push, (uint)maxFrameBytes);
    }

    private string? TextOf(Contracts.Bus.Delivery delivery)
    {
        if (delivery.Chat is { } chat)
        {
            return chat.ChatContent;
        }

        // The same text goes into each form.
        if (!ReferenceEquals(delivery, _delivery))
        {
            var payload = delivery.Push.Payload.Span;
            (_delivery, _text) = (delivery, Utf8.IsValid(payload) ? Encoding.UTF8.GetString(payload) : null);
        }

        return _text;
    }
}
