using Microservices.Center.Sessions;
using Microservices.Contracts.Register;

namespace Microservices.Center.Chat;

/// <summary>The live sessions of everybody whom a batch names, by app and user: one look-up for each app. Of chat that is kept the append tells them.</summary>
internal sealed class ChatAudience
{
    private readonly Dictionary<(string App, string User), UserSessions> _users = [];

    private ChatAudience()
    {
    }

    public IReadOnlyList<Session> SessionsOf(string app, string user) => _users[(app, user)].Sessions;

    /// <exception cref="Grpc.Core.RpcException">Register doesn't answer.</exception>
    public static async Task<ChatAudience> FindAsync(IEnumerable<ChatJob> jobs, SessionLookup sessions, CancellationToken cancellationToken)
    {
        var lookups = jobs
            .Where(static job => !job.IsKept)
            .GroupBy(static job => job.Message.App, StringComparer.Ordinal)
            .Select(static app => (App: app.Key, Users: app.SelectMany(static job => job.Recipients).ToHashSet(StringComparer.Ordinal)))
            .Where(static app => app.Users.Count > 0)
            .Select(async app => (app.App, Found: await sessions.FindAsync(app.App, app.Users, cancellationToken)))
            .ToArray();
        var audience = new ChatAudience();
        foreach (var (app, found) in await Task.WhenAll(lookups))
        {
            foreach (var user in found)
            {
                audience._users.Add((app, user.User), user);
            }
        }

        return audience;
    }
}
