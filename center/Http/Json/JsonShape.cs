using Google.Protobuf.Reflection;
using Microservices.Contracts.Center;

namespace Microservices.Center.Http.Json;

/// <summary>
/// How messages of center.proto look in JSON: names as in the proto; a list of users is an array and "everybody" is true; bytes are text under their
/// name or base64 under name_base64; enum values are names in lower case but QoS, a number; numbers that may use all 64 bits (fixed64) are text,
/// since JavaScript can't hold them, and all others are counts and times far below 2^53.
/// </summary>
internal static class JsonShape
{
    public const string Base64Suffix = "_base64";

    /// <summary>A message that is written as the list that it holds.</summary>
    public static FieldDescriptor? ListOf(MessageDescriptor message) =>
        message == Users.Descriptor ? message.FindFieldByNumber(Users.Users_FieldNumber) : null;

    /// <summary>A message that says something by being there.</summary>
    public static bool IsTrue(MessageDescriptor message) => message == Everybody.Descriptor;

    public static bool IsNumber(EnumDescriptor type) => type.Name == nameof(Qos);

    /// <summary>What may need more than the 53 bits that a number of JavaScript has.</summary>
    public static bool IsTextNumber(FieldDescriptor field) => field.FieldType == FieldType.Fixed64;

    /// <summary><c>ONLINE_STATE_AWAY</c> of <c>OnlineState</c> is <c>away</c>.</summary>
    public static string NameOf(EnumValueDescriptor value)
    {
        var prefix = value.EnumDescriptor.Name.Aggregate("", static (text, letter) => char.IsUpper(letter) && text.Length > 0 ? $"{text}_{letter}" : text + char.ToUpperInvariant(letter)) + "_";
        return (value.Name.StartsWith(prefix, StringComparison.Ordinal) ? value.Name[prefix.Length..] : value.Name).ToLowerInvariant();
    }
}
