using System.Globalization;
using Microservices.Center.Refusals;
using Microservices.Contracts;
using Microservices.Contracts.Bus;
using Microservices.Contracts.Register;

namespace Microservices.Center.Chat;

/// <summary>
/// Whether the app's policy allows a chat message. The gateway judged it already, with what it knew then: a policy that has changed since
/// holds here, and a fault of a gateway doesn't let anything through.
/// </summary>
internal static class ChatRules
{
    /// <summary>Of command 3, for an app that states no limit of its own.</summary>
    public const uint DefaultMaxRecipients = 100;

    /// <summary>Null when it is allowed.</summary>
    public static ChatRefusal? FaultOf(ChatRequest chat, string appName, App? app)
    {
        if (app is null)
        {
            return new(RefusalCode.UnknownApp, $"There is no app '{appName}'.");
        }

        return chat.Command switch
        {
            ChatCommand.One or ChatCommand.Several => FaultOfUsers(chat, app),
            ChatCommand.All => app.Chat?.Broadcast == true ? null : Forbidden($"App '{appName}' does not allow chat to all."),
            _ => new(RefusalCode.InvalidArgument, Text($"Command {chat.Command} is not a chat command.")),
        };
    }

    private static ChatRefusal? FaultOfUsers(ChatRequest chat, App app)
    {
        if (app.Chat?.Users != true)
        {
            return Forbidden($"App '{app.Name}' does not allow chat to users.");
        }

        var limit = chat.Command == ChatCommand.One ? 1 : app.Chat.MaxRecipients == 0 ? DefaultMaxRecipients : app.Chat.MaxRecipients;
        if (chat.ChatTo.Count > limit)
        {
            return new(RefusalCode.TooManyRecipients, Text($"chat_to: {chat.ChatTo.Count:N0} recipients; the limit is {limit:N0}."));
        }

        if (chat.ChatTo.Count == 0)
        {
            return new(RefusalCode.InvalidArgument, "chat_to: it names nobody.");
        }

        return chat.ChatTo.Select(static user => Identifiers.FaultOfName("user", user)).FirstOrDefault(static fault => fault is not null) is { } fault
            ? new(RefusalCode.InvalidArgument, $"chat_to: {fault}.")
            : null;
    }

    private static ChatRefusal Forbidden(string message) => new(RefusalCode.Forbidden, message);

    private static string Text(FormattableString message) => message.ToString(CultureInfo.InvariantCulture);
}
