namespace Microservices.Hosting.Health;

internal sealed record DependencyName(string Name);
