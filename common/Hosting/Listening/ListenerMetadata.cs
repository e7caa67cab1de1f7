namespace Microservices.Hosting.Listening;

/// <summary>On an endpoint: the only listener that serves it.</summary>
internal sealed record ListenerMetadata(string Name);
