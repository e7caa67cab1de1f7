using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microservices.Cli.Load.Results;

/// <summary>
/// <c>{"min":…,"max":…,"sum":…,"buckets":[number,count,number,count,…]}</c>, ns: only the buckets that hold something. It travels between processes of
/// one version; what does not fit is refused.
/// </summary>
internal sealed class LatencyHistogramJson : JsonConverter<LatencyHistogram>
{
    public override LatencyHistogram Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var form = JsonSerializer.Deserialize<Form>(ref reader) ?? throw new JsonException("A histogram is null.");
        if (form.Buckets is not { } flat || flat.Length % 2 != 0 || form.Min < 0 || form.Max < form.Min || !(form.Sum >= 0))
        {
            throw new JsonException("A histogram's fields do not fit one another.");
        }

        var filled = flat.Chunk(2).Select(static pair => (Bucket: pair[0], Count: pair[1])).ToArray();
        return filled.All(static one => one is { Bucket: >= 0 and < LatencyHistogram.Buckets, Count: > 0 })
            ? LatencyHistogram.Of(filled.Select(static one => ((int)one.Bucket, one.Count)), form.Min, form.Max, form.Sum)
            : throw new JsonException("A histogram has a bucket that does not exist, or one without a count.");
    }

    public override void Write(Utf8JsonWriter writer, LatencyHistogram value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        writer.WriteNumber("min", value.Min);
        writer.WriteNumber("max", value.Max);
        writer.WriteNumber("sum", value.Sum);
        writer.WriteStartArray("buckets");
        foreach (var (bucket, count) in value.Filled())
        {
            writer.WriteNumberValue(bucket);
            writer.WriteNumberValue(count);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private sealed record Form(
        [property: JsonPropertyName("min")] long Min,
        [property: JsonPropertyName("max")] long Max,
        [property: JsonPropertyName("sum")] double Sum,
        [property: JsonPropertyName("buckets")] long[]? Buckets);
}
