using Microservices.Contracts.Center;
using Microservices.Testing;

namespace Microservices.Clusters;

/// <summary>What tests ask a cluster, and arrange in it, through the center as an internal app would.</summary>
public static class ClusterQueries
{
    public static async Task<UserPresence> PresenceAsync(this Cluster cluster, TestUser user, string app = Cluster.DefaultApp)
    {
        var reply = await cluster.Center().GetPresenceAsync(new GetPresenceRequest { App = app, Users = { user.Name } });
        return reply.Users.Single();
    }

    public static Task WaitForPresenceAsync(this Cluster cluster, TestUser user, bool online, string app = Cluster.DefaultApp) =>
        Eventually.HoldsAsync(
            async () => (await cluster.PresenceAsync(user, app)).Online == online,
            $"{user.Name} is {(online ? "online" : "offline")}",
            cluster.State);

    /// <summary>Makes an app of a new name; running gateways know it when a login there succeeds, and wait for it until then.</summary>
    public static async Task<string> NewAppAsync(this Cluster cluster, AppDescription policy)
    {
        policy.Name = $"app-{Guid.NewGuid():N}"[..32];
        await cluster.Center().PutAppAsync(new PutAppRequest { App = policy });
        return policy.Name;
    }

    public static async Task<UserOutcome> PushAsync(this Cluster cluster, TestUser user, string text, string app = Cluster.DefaultApp)
    {
        var reply = await cluster.Center().PushAsync(Text(app, text, user));
        return reply.Outcomes.Single();
    }

    public static PushRequest Text(string app, string text, params TestUser[] users)
    {
        var request = new PushRequest
        {
            App = app,
            Payload = Google.Protobuf.ByteString.CopyFromUtf8(text),
            ContentType = "text/plain",
        };
        if (users.Length == 0)
        {
            request.Everybody = new Everybody();
        }
        else
        {
            request.Users = new Users { Users_ = { users.Select(static user => user.Name) } };
        }

        return request;
    }
}
