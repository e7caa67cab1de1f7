using Microservices.Integration.Tests.Clusters;

namespace Microservices.Integration.Tests.ChatProtocol;

/// <summary>What a scenario is told: where the gateways are, who its users are, and the app when it isn't the default one.</summary>
internal sealed record ScenarioWorld(object[][] Gateways, TestUser[] Users, string? App = null);
