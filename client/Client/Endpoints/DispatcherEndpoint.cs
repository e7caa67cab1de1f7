using System.Text.Json.Serialization;

namespace Microservices.Client.Endpoints;

/// <summary>One gateway's address in a <see cref="DispatcherAnswer"/>.</summary>
internal sealed record DispatcherEndpoint(
    [property: JsonPropertyName("host")] string? Host,
    [property: JsonPropertyName("port")] int Port,
    [property: JsonPropertyName("transport")] string? Transport);
