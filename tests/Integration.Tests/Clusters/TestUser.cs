namespace Microservices.Integration.Tests.Clusters;

/// <summary>A user with a token that the platform knows.</summary>
internal sealed record TestUser(string Name, string Token);
