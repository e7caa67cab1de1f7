using System.Text.Json;
using System.Text.Json.Serialization;

namespace Microservices.Cli.Load.Results;

/// <summary>
/// The form in which a process tells another what it counted: <c>{"counts":{"open":5},"reasons":{"failed":{"timeout":1}},"latencies":{"login":{…}}}</c>,
/// what is zero or empty left out.
/// </summary>
internal sealed class LoadCountsJson : JsonConverter<LoadCounts>
{
    public override LoadCounts Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var form = JsonSerializer.Deserialize<Form>(ref reader) ?? throw new JsonException("Counts are null.");
        var counts = new LoadCounts();
        foreach (var (name, count) in Given(form.Counts))
        {
            counts[Parse<LoadCount>(name)] = count;
        }

        foreach (var (name, reasons) in Given(form.Reasons))
        {
            foreach (var (reason, count) in Given(reasons))
            {
                counts.Add(Parse<LoadReasons>(name), reason, count);
            }
        }

        foreach (var (name, latencies) in Given(form.Latencies))
        {
            counts.Add(Parse<LoadLatency>(name), Given(latencies));
        }

        return counts;
    }

    public override void Write(Utf8JsonWriter writer, LoadCounts value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, new Form(
        Enum.GetValues<LoadCount>().Where(what => value[what] != 0).ToDictionary(NameOf, what => value[what]),
        Enum.GetValues<LoadReasons>().Where(what => value[what].Count > 0).ToDictionary(NameOf, what => (Dictionary<string, long>?)value[what].ToDictionary()),
        Enum.GetValues<LoadLatency>().Where(what => value[what].Count > 0).ToDictionary(NameOf, what => (LatencyHistogram?)value[what])));

    /// <summary>As fields are named: <c>heartbeats_held_back</c>.</summary>
    internal static string NameOf<TEnum>(TEnum what)
        where TEnum : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(what.ToString());

    private static T Given<T>(T? value)
        where T : class => value ?? throw new JsonException("A part of the counts is null.");

    private static TEnum Parse<TEnum>(string name)
        where TEnum : struct, Enum =>
        Enum.GetValues<TEnum>().Cast<TEnum?>().FirstOrDefault(what => NameOf(what!.Value) == name) ?? throw new JsonException($"'{name}' is not counted.");

    private sealed record Form(
        [property: JsonPropertyName("counts")] Dictionary<string, long>? Counts,
        [property: JsonPropertyName("reasons")] Dictionary<string, Dictionary<string, long>?>? Reasons,
        [property: JsonPropertyName("latencies")] Dictionary<string, LatencyHistogram?>? Latencies);
}
