using Microservices.Contracts.Center;

namespace Microservices.Center.Console.Sending;

/// <summary>A user who is online, with all connections that the list has of them.</summary>
internal sealed record Person(string Name, IReadOnlyList<string> Devices, DateTimeOffset Since, bool HasChatClient, bool HasNewClient, bool IsAway)
{
    /// <summary>In the order in which they come first.</summary>
    public static IReadOnlyList<Person> Of(IEnumerable<OnlineSession> sessions) =>
    [
        .. sessions.GroupBy(static session => session.User, StringComparer.Ordinal).Select(static user => new Person(
            user.Key,
            [.. user.Select(static session => session.Device).Where(static device => device.Length > 0).Distinct(StringComparer.Ordinal)],
            DateTimeOffset.FromUnixTimeMilliseconds(user.Min(static session => session.SinceUnixMs)),
            user.Any(static session => session.ChatClient),
            user.Any(static session => !session.ChatClient),
            user.All(static session => session.State == OnlineState.Away))),
    ];
}
