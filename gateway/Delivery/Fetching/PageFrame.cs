using Microservices.Gateway.Delivery.Channels;
using Microservices.Protocol;
using Microservices.Protocol.Bodies;

namespace Microservices.Gateway.Delivery.Fetching;

/// <summary>Makes a page of a log into a frame: as many of its messages as were asked for and fit.</summary>
internal static class PageFrame
{
    /// <summary>What kept chat is in a page: its JSON, as 102 has it.</summary>
    public const string ChatContentType = "application/vnd.microservices.chat+json";

    // JSON, whatever the client speaks.
    private const uint ChatVersion = 1;

    /// <exception cref="ProtocolException">Not even the id of the request fits.</exception>
    public static byte[] Encode(FetchRequest request, LogPage log, uint version, uint maxFrameBytes, long nowUnixMs)
    {
        var entries = log.Entries.Where(entry => entry.Content is { } content && !(content.ExpiresUnixMs > 0 && content.ExpiresUnixMs <= nowUnixMs)).ToArray();
        var messages = entries.Take(request.Limit).Select(entry => MessageOf(request.Channel, entry.Position, entry.Content!)).ToArray();
        for (var count = messages.Length; ; count = Math.Min(count - 1, count * 3 / 4))
        {
            var isWhole = count == entries.Length;
            var covered = isWhole ? log.Covered : entries[count - 1].Position;
            var page = new Page
            {
                Channel = ChannelKinds.NameOf(request.Channel),
                Messages = messages[..count],
                Epoch = covered.Epoch,
                Seq = covered.Seq,
                More = !isWhole || log.Head > covered,
                Id = request.Id,
                App = request.App,
            };
            try
            {
                return FrameWriter.ToArray(version, Command.Page, page, maxFrameBytes);
            }
            catch (ProtocolException) when (count > 1)
            {
                // Fewer of them.
            }
            catch (ProtocolException) when (count == 1)
            {
                page.Messages = [WithoutPayload(messages[0])];
                return FrameWriter.ToArray(version, Command.Page, page, maxFrameBytes);
            }
        }
    }

    private static PushDelivery MessageOf(ChannelKind channel, LogPosition position, KeptContent content)
    {
        var message = new PushDelivery
        {
            Id = content.Id,
            App = content.App,
            Channel = ChannelKinds.NameOf(channel),
            Epoch = position.Epoch,
            Seq = position.Seq,
            Expires = content.ExpiresUnixMs,
        };
        if (content.Chat is { } chat)
        {
            message.ContentType = ChatContentType;
            message.Payload = FrameWriter.ToArray(
                ChatVersion, Command.None, new ChatDelivery { ChatFrom = chat.ChatFrom, ChatContent = chat.ChatContent }, uint.MaxValue).AsMemory(Frame.HeaderBytes);
        }
        else
        {
            message.ContentType = content.Push!.ContentType;
            message.Payload = content.Push.Payload.Memory;
            message.Type = content.Push.Type;
        }

        return message;
    }

    private static PushDelivery WithoutPayload(PushDelivery message) => new()
    {
        Id = message.Id,
        App = message.App,
        Channel = message.Channel,
        Epoch = message.Epoch,
        Seq = message.Seq,
        ContentType = message.ContentType,
        Expires = message.Expires,
        Type = message.Type,
        Notify = true,
        Size = (uint)message.Payload.Length,
    };
}
