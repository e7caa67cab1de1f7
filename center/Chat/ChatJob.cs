using Microservices.Contracts.Bus;

namespace Microservices.Center.Chat;

/// <summary>One chat message of a batch and what is to be done with it.</summary>
internal sealed class ChatJob(UplinkMessage message, ChatRefusal? refusal, bool isKept)
{
    public UplinkMessage Message => message;

    public ChatRequest Chat => message.Chat;

    public UplinkKey Key { get; } = UplinkKey.Of(message);

    /// <summary>Set: nothing is delivered, and the sender is told.</summary>
    public ChatRefusal? Refusal { get; } = refusal;

    /// <summary>The app keeps chat to users for those who are offline.</summary>
    public bool IsKept { get; } = isKept && refusal is null && message.Chat.Command != ChatCommand.All;

    /// <summary>Whom commands 2 and 3 name, each once. A sender who is named gets the message too.</summary>
    public IReadOnlyList<string> Recipients { get; } =
        refusal is null && message.Chat.Command != ChatCommand.All ? [.. message.Chat.ChatTo.Distinct(StringComparer.Ordinal)] : [];

    /// <summary>It is finished, however it went; false while the bus has to bring it again.</summary>
    public bool IsDone { get; set; }
}
