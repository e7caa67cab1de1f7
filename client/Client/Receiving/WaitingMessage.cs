using Microservices.Client.Apps;
using Microservices.Client.Connections;
using Microservices.Client.Messages;

namespace Microservices.Client.Receiving;

/// <summary>A message between the connection that it came on and the handler: chat or a push.</summary>
internal sealed class WaitingMessage
{
    // What a message takes beside its content, about.
    private const int Overhead = 256;

    private WaitingMessage(string channel, MessagePosition? position, int contentBytes, MessageSource source)
    {
        Channel = new ReaderChannel(source.Reader, channel);
        Position = position;
        Bytes = contentBytes + Overhead;
        AcknowledgeOn = source.AcknowledgeOn;
    }

    public ChatMessage? Chat { get; private init; }

    public PushMessage? Push { get; private init; }

    public ReaderChannel Channel { get; }

    /// <summary>Null: it is not kept.</summary>
    public MessagePosition? Position { get; }

    public int Bytes { get; }

    /// <summary>The latest connection that sent it and waits for its acknowledgement; null: nobody does. Guarded by the queue.</summary>
    public Connection? AcknowledgeOn { get; set; }

    /// <summary>Which of the queue's limits counts it. Guarded by the queue.</summary>
    public bool IsCountedSafe { get; set; }

    /// <summary>Another copy comes if this one is lost.</summary>
    public bool IsSafe => Position is not null && AcknowledgeOn is not null;

    public static WaitingMessage Of(ChatMessage chat, MessageSource source) =>
        new(chat.Channel, chat.Position, 2 * chat.Text.Length, source) { Chat = chat };

    public static WaitingMessage Of(PushMessage push, MessageSource source) =>
        new(push.Channel, push.Position, push.Payload.Length, source) { Push = push };
}
