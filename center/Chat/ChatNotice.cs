using System.Globalization;
using Microservices.Center.Refusals;
using Microservices.Contracts.Bus;

namespace Microservices.Center.Chat;

/// <summary>What the sender is told: an error frame with the command and the id of the request.</summary>
internal static class ChatNotice
{
    /// <summary>Names beyond this are only counted.</summary>
    public const int MaxNames = 10;

    public static RoomMessage Of(ChatJob job, RefusalCode code, string message) => new()
    {
        Id = ChatMessageId.OfNotice(job.Message),
        Notice = new Notice
        {
            Session = job.Message.Session,
            Command = job.Chat.Command,
            RequestId = job.Chat.RequestId,
            Code = code.Number,
            Message = message,
        },
    };

    public static RoomMessage NotDelivered(ChatJob job, IReadOnlyList<string> missed) =>
        Of(job, RefusalCode.NotDelivered, string.Create(
            CultureInfo.InvariantCulture,
            $"Not delivered to {missed.Count} of {job.Recipients.Count} recipients, who are offline: {Names(missed)}."));

    public static string Names(IReadOnlyList<string> users)
    {
        var more = users.Count > MaxNames ? string.Create(CultureInfo.InvariantCulture, $" and {users.Count - MaxNames} more") : "";
        return $"{string.Join(", ", users.Take(MaxNames))}{more}";
    }
}
