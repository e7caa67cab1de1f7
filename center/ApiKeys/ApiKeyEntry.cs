using System.Text.Json.Serialization;

namespace Microservices.Center.ApiKeys;

/// <summary>A key as it stands in the file. Misspelt members are faults: a forgotten <c>expires</c> must not go unnoticed.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ApiKeyEntry
{
    public string? Id { get; init; }

    public string? Sha256 { get; init; }

    public IReadOnlyList<string>? Apps { get; init; }

    public IReadOnlyList<string>? Scopes { get; init; }

    public string? Note { get; init; }

    public DateTimeOffset? Expires { get; init; }
}
