using System.Text.Json;

namespace Microservices.Benchmarks.Results;

/// <summary>One figure of one server in one round: a line of JSON in the results folder.</summary>
/// <param name="Topic">The table it belongs to.</param>
/// <param name="Figure">Its column.</param>
/// <param name="Server">Its row.</param>
/// <param name="Round">Rounds of one number ran beside each other: ratios are taken within them.</param>
/// <param name="Value">In the unit of the column.</param>
/// <param name="Connections">How many were open.</param>
internal sealed record Measurement(string Topic, string Figure, string Server, int Round, double Value, int Connections)
{
    private static readonly JsonSerializerOptions Form = new(JsonSerializerDefaults.Web);

    public string ToJson() => JsonSerializer.Serialize(this, Form);

    /// <exception cref="JsonException">It isn't such a line.</exception>
    public static Measurement Parse(string json) => JsonSerializer.Deserialize<Measurement>(json, Form) ?? throw new JsonException("null is not a measurement.");
}
