using Microservices.Gateway.Delivery.Broadcasts;
using Microservices.Gateway.Sessions;

namespace Microservices.Gateway.Apps;

/// <summary>An app as this gateway sees it: its policy, which may change at any time, and its sessions here.</summary>
internal sealed class AppEntry(string name)
{
    private AppPolicy _policy = AppPolicy.NotTold;

    public string Name => name;

    public AppPolicy Policy => Volatile.Read(ref _policy);

    public SessionSlots Sessions { get; } = new();

    /// <summary>The broadcasts that not all of its sessions have been sent.</summary>
    public AppBroadcasts Broadcasts { get; } = new();

    /// <summary>Sets the policy. Sessions feel it at once.</summary>
    public void Update(AppPolicy policy)
    {
        var before = Interlocked.Exchange(ref _policy, policy);
        if (policy.Liveness == before.Liveness && policy.MinHeartbeatMs == before.MinHeartbeatMs)
        {
            return;
        }

        foreach (var session in Sessions)
        {
            session.Connection.LookSoon();
        }
    }
}
