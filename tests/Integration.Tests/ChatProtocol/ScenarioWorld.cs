using Microservices.Clusters;

namespace Microservices.Integration.Tests.ChatProtocol;

/// <summary>What a scenario is told: where the gateways are, who its users are, and the app when it isn't the default one.</summary>
internal sealed record ScenarioWorld(object[][] Gateways, TestUser[] Users, string? App = null);

internal static class ScenarioWorlds
{
    /// <summary>A cluster as scenarios see it.</summary>
    public static ScenarioWorld World(this Cluster cluster, TestUser[] users, string? app = null) =>
        new([.. cluster.Gateways.Select(static gateway => new object[] { "127.0.0.1", gateway.Port })], users, app);
}
