namespace Microservices.Hosting.Health;

/// <summary>One reason why the service is not ready.</summary>
internal sealed record FailingCheck(string Check, string Status, string Description);
