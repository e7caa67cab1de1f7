using System.Text.Json;
using System.Text.Json.Serialization;
using Microservices.Cli.Load.Results;

namespace Microservices.Cli.Load.Processes;

/// <summary>What the processes of a run say to one another: readings go up as JSON, stages go down by their names.</summary>
internal static class ReadingLine
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static string Of(LoadReading reading) => JsonSerializer.Serialize(reading, Options);

    /// <exception cref="JsonException">It is something else.</exception>
    public static LoadReading Read(string line)
    {
        var reading = JsonSerializer.Deserialize<LoadReading>(line, Options);
        return reading is { At: >= 0, Seconds: >= 0 } ? reading : throw new JsonException("A reading's times are less than 0.");
    }

    public static string NameOf(LoadStage stage) => LoadCountsJson.NameOf(stage);

    public static bool TryParse(string name, out LoadStage stage)
    {
        stage = Enum.GetValues<LoadStage>().FirstOrDefault(one => NameOf(one) == name);
        return NameOf(stage) == name;
    }
}
