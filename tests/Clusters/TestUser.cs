namespace Microservices.Clusters;

/// <summary>A user with a token that the platform knows.</summary>
public sealed record TestUser(string Name, string Token);
