namespace Microservices.Client.Endpoints;

/// <summary>Gateways, the best first.</summary>
/// <param name="Endpoints">Where they are.</param>
/// <param name="Ttl">For how long the list is fresh.</param>
/// <param name="Heartbeat">The heartbeat interval that is advised; zero = none.</param>
internal sealed record EndpointList(IReadOnlyList<Endpoint> Endpoints, TimeSpan Ttl, TimeSpan Heartbeat);
