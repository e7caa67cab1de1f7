namespace Microservices.Hosting.Listening;

/// <summary>Set on every connection by the listener that accepted it, so that no header can pretend another one.</summary>
internal sealed record ListenerFeature(string Name);
