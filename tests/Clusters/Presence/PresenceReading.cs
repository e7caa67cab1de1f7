using Grpc.Core;
using Microservices.Clusters.Crowds;
using Microservices.Contracts.Center;

namespace Microservices.Clusters.Presence;

/// <summary>What a center says of many users at once.</summary>
/// <param name="Sessions">By user; users without any are there with none.</param>
/// <param name="Complete">What the center says of its answer.</param>
public sealed record PresenceReading(IReadOnlyDictionary<string, IReadOnlyList<OnlineSession>> Sessions, bool Complete)
{
    private const int Page = 1_000;

    /// <summary>Asks for these users. Null: the center could not answer.</summary>
    public static async Task<PresenceReading?> TryOfUsersAsync(CenterClient center, string app, IEnumerable<string> users)
    {
        try
        {
            var sessions = new Dictionary<string, IReadOnlyList<OnlineSession>>();
            var complete = true;
            foreach (var page in users.Chunk(Page))
            {
                var reply = await center.GetPresenceAsync(new GetPresenceRequest { App = app, Users = { page } });
                complete &= reply.Complete;
                foreach (var user in reply.Users)
                {
                    sessions[user.User] = user.Sessions;
                }
            }

            return new PresenceReading(sessions, complete);
        }
        catch (RpcException fault) when (fault.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            return null;
        }
    }

    /// <summary>Lists everybody who is online in the app. Null: the center could not answer.</summary>
    public static async Task<PresenceReading?> TryOfAppAsync(CenterClient center, string app)
    {
        try
        {
            var all = new List<OnlineSession>();
            var complete = true;
            var cursor = "";
            do
            {
                var reply = await center.ListOnlineAsync(new ListOnlineRequest { App = app, Cursor = cursor, Limit = Page });
                complete &= reply.Complete;
                all.AddRange(reply.Sessions);
                cursor = reply.NextCursor;
            }
            while (cursor.Length > 0);

            return new PresenceReading(
                all.GroupBy(static session => session.User).ToDictionary(static group => group.Key, static IReadOnlyList<OnlineSession> (group) => [.. group]),
                complete);
        }
        catch (RpcException fault) when (fault.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            return null;
        }
    }

    /// <summary>The first member of whom this says something wrong; null when all is right. Of apps with one session per user.</summary>
    public string? FirstFault(IEnumerable<Member> members, IReadOnlyDictionary<int, string> rooms)
    {
        foreach (var member in members)
        {
            var said = Sessions.GetValueOrDefault(member.User.Name) ?? [];
            var isRight = member.IsConnected
                ? said.Count == 1 && said[0].Room == rooms[member.Connection!.Port]
                : said.Count == 0;
            if (!isRight)
            {
                return $"{member}; presence says: {(said.Count == 0 ? "offline" : string.Join("; ", said))}";
            }
        }

        return null;
    }

    /// <summary>Users that are said to be online twice.</summary>
    public IReadOnlyList<string> Doubled => [.. Sessions.Where(static user => user.Value.Count > 1).Select(static user => $"{user.Key}: {string.Join("; ", user.Value)}")];
}
