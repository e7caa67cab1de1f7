using Microservices.Contracts.Bus;

namespace Microservices.Gateway.Delivery.Channels;

/// <summary>What a kept message says, wherever it came from: the same for all who get it. Not changed any more.</summary>
/// <param name="id">Names the message.</param>
/// <param name="app">The app that it is of.</param>
/// <param name="audience">Whom it went to.</param>
/// <param name="notifyOnly">The client is told of it without the payload.</param>
/// <param name="chat">Chat; null = a push.</param>
/// <param name="push">A push; null = chat.</param>
/// <param name="expiresUnixMs">0 = not known, or never.</param>
internal sealed class KeptContent(string id, string app, Audience audience, bool notifyOnly, Chat? chat, Push? push, long expiresUnixMs)
{
    public string Id => id;

    public string App => app;

    public Audience Audience => audience;

    public bool NotifyOnly => notifyOnly;

    public Chat? Chat => chat;

    public Push? Push => push;

    public long ExpiresUnixMs => expiresUnixMs;

    /// <summary>What it counts in a window: about what it holds.</summary>
    public int Bytes { get; } = push is not null ? push.Payload.Length : chat?.ChatContent.Length ?? 0;

    /// <summary>A kept message as it comes on the bus.</summary>
    public static KeptContent Of(string id, Contracts.Bus.Delivery delivery) => new(
        id, delivery.App, delivery.Audience, delivery.NotifyOnly, delivery.Chat, delivery.Push, delivery.Push?.ExpiresUnixMs ?? 0);

    /// <summary>A kept message as the log has it.</summary>
    public static KeptContent Of(string app, KeptMessage message, long expiresUnixMs) => new(
        message.Id, app, message.Audience, message.NotifyOnly, message.Chat, message.Push, expiresUnixMs);
}
