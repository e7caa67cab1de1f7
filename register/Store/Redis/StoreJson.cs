using Google.Protobuf;

namespace Microservices.Register.Store.Redis;

/// <summary>Contract messages as JSON in the store: readable by people, and by a register that is older or newer than the writer.</summary>
internal static class StoreJson
{
    // Numbers, because a parser refuses names of enum values that it doesn't know, and keeps such numbers.
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatEnumsAsIntegers(true));
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    public static string Write(IMessage message) => Formatter.Format(message);

    /// <exception cref="InvalidProtocolBufferException">It isn't such a message.</exception>
    /// <exception cref="InvalidJsonException">It isn't JSON.</exception>
    public static T Read<T>(string json)
        where T : IMessage, new() => Parser.Parse<T>(json);
}
