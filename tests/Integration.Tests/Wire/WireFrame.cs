using System.Text;
using System.Text.Json;

namespace Microservices.Integration.Tests.Wire;

/// <summary>A frame as it came.</summary>
internal sealed record WireFrame(uint Version, uint Command, byte[] Body)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Body);

    /// <summary>A text field of a JSON body.</summary>
    public string? Text(string field) => Json.GetProperty(field).GetString();

    /// <summary>A number field of a JSON body.</summary>
    public long Number(string field) => Json.GetProperty(field).GetInt64();

    public override string ToString() => $"command {Command}, version {Version}: {Encoding.UTF8.GetString(Body)}";
}
