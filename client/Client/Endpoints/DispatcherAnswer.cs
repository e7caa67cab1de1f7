using System.Text.Json.Serialization;

namespace Microservices.Client.Endpoints;

/// <summary>What <c>GET /v1/endpoints</c> answers.</summary>
internal sealed record DispatcherAnswer(
    [property: JsonPropertyName("endpoints")] IReadOnlyList<DispatcherEndpoint>? Endpoints,
    [property: JsonPropertyName("ttl_seconds")] int TtlSeconds,
    [property: JsonPropertyName("heartbeat_ms")] uint HeartbeatMs);
