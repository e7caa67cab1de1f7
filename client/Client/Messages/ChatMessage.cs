using Microservices.Protocol.Bodies;

namespace Microservices.Client.Messages;

/// <summary>Chat that arrived.</summary>
/// <param name="Audience">Whom it went to.</param>
/// <param name="From">Who says it, as verified by the server.</param>
/// <param name="Text">What is said.</param>
public sealed record ChatMessage(ChatAudience Audience, string From, string Text)
{
    /// <summary>The further app that it is of; empty for the client's own.</summary>
    public string App { get; init; } = "";

    /// <summary>The name of a kept message; empty for others.</summary>
    public string Id { get; init; } = "";

    /// <summary>The channel of a kept message; empty for others.</summary>
    public string Channel { get; init; } = "";

    /// <summary>The place of a kept message in its channel; null for others.</summary>
    public MessagePosition? Position { get; init; }

    internal static ChatMessage Of(ChatAudience audience, ChatDelivery chat) => new(audience, chat.ChatFrom, chat.ChatContent)
    {
        App = chat.App,
        Id = chat.Id,
        Channel = chat.Channel,
        Position = chat.Channel.Length > 0 ? new MessagePosition(chat.Epoch, chat.Seq) : null,
    };
}
