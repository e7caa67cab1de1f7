using System.Collections;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Microservices.Center.Api;
using Microservices.Center.Refusals;

namespace Microservices.Center.Http.Json;

/// <summary>
/// JSON (<see cref="JsonShape"/>) into messages of center.proto. Unknown fields are ignored and null is as good as absent; a value of another kind than
/// the field's, a field that is there twice and two of those that exclude each other are refused with the field's name.
/// </summary>
internal static class JsonMessageReader
{
    private const int MaxShownDigits = 24;

    /// <param name="path">Of the object, empty or ending with a dot.</param>
    /// <exception cref="RefusedException">A field has a fault.</exception>
    public static void Read(JsonElement json, IMessage message, string path = "")
    {
        var seen = new HashSet<FieldDescriptor>();
        foreach (var property in json.EnumerateObject())
        {
            var isBase64 = false;
            var field = Find(message.Descriptor, property, ref isBase64);
            if (field is null || property.Value.ValueKind == JsonValueKind.Null || (IsFalse(property.Value) && IsTrueMessage(field)))
            {
                continue;
            }

            var name = $"{path}{field.Name}";
            if (!seen.Add(field))
            {
                throw isBase64 || field.FieldType == FieldType.Bytes
                    ? Arguments.Invalid($"{name}: it is given twice; give {field.Name} as text or {field.Name}{JsonShape.Base64Suffix}, once.")
                    : Arguments.Invalid($"{name}: it is given twice.");
            }

            if (field.ContainingOneof is { } group && group.Accessor.GetCaseFieldDescriptor(message) is { } other)
            {
                throw Arguments.Invalid($"{name}: {other.Name} is given too; give one of them.");
            }

            ReadField(property.Value, field, message, name, isBase64);
        }
    }

    private static FieldDescriptor? Find(MessageDescriptor message, JsonProperty property, ref bool isBase64)
    {
        foreach (var field in message.Fields.InDeclarationOrder())
        {
            if (property.NameEquals(field.Name))
            {
                return field;
            }

            if (field.FieldType == FieldType.Bytes && property.NameEquals(field.Name + JsonShape.Base64Suffix))
            {
                isBase64 = true;
                return field;
            }
        }

        return null;
    }

    private static void ReadField(JsonElement json, FieldDescriptor field, IMessage message, string name, bool isBase64)
    {
        if (field.IsRepeated)
        {
            ReadList(json, field, (IList)field.Accessor.GetValue(message), name);
        }
        else if (isBase64)
        {
            field.Accessor.SetValue(message, json.ValueKind == JsonValueKind.String && json.TryGetBytesFromBase64(out var bytes)
                ? UnsafeByteOperations.UnsafeWrap(bytes)
                : throw Arguments.Invalid($"{name}{JsonShape.Base64Suffix}: it is not base64."));
        }
        else
        {
            field.Accessor.SetValue(message, ReadValue(json, field, name));
        }
    }

    private static void ReadList(JsonElement json, FieldDescriptor field, IList list, string name)
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            throw WrongKind(json, name, "a list");
        }

        var i = 0;
        foreach (var element in json.EnumerateArray())
        {
            list.Add(ReadValue(element, field, $"{name}[{i++}]"));
        }
    }

    private static object ReadValue(JsonElement json, FieldDescriptor field, string name) => field.FieldType switch
    {
        FieldType.String => Text(json, name),
        FieldType.Bytes => ByteString.CopyFromUtf8(Text(json, name)),
        FieldType.Bool => json.ValueKind is JsonValueKind.True or JsonValueKind.False ? json.GetBoolean() : throw WrongKind(json, name, "true or false"),
        FieldType.UInt32 => json.ValueKind == JsonValueKind.Number && json.TryGetUInt32(out var number)
            ? number
            : throw WrongKind(json, name, $"a whole number from 0 to {uint.MaxValue}"),
        FieldType.UInt64 or FieldType.Fixed64 => Large(json, name),
        FieldType.Enum => Choice(json, field.EnumType, name),
        FieldType.Message => ReadMessage(json, field.MessageType, name),
        _ => throw new NotSupportedException($"{field.FullName} is of a type that has no JSON yet."),
    };

    private static IMessage ReadMessage(JsonElement json, MessageDescriptor type, string name)
    {
        var message = type.Parser.ParseFrom([]);
        if (JsonShape.IsTrue(type))
        {
            return json.ValueKind == JsonValueKind.True ? message : throw WrongKind(json, name, "true");
        }

        if (JsonShape.ListOf(type) is { } list)
        {
            ReadList(json, list, (IList)list.Accessor.GetValue(message), name);
            return message;
        }

        Read(json.ValueKind == JsonValueKind.Object ? json : throw WrongKind(json, name, "an object"), message, $"{name}.");
        return message;
    }

    private static string Text(JsonElement json, string name)
    {
        if (json.ValueKind != JsonValueKind.String)
        {
            throw WrongKind(json, name, "text");
        }

        try
        {
            return json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, by an escape.
            throw Arguments.Invalid($"{name}: it is not Unicode text.");
        }
    }

    private static ulong Large(JsonElement json, string name) => json.ValueKind switch
    {
        JsonValueKind.Number when json.TryGetUInt64(out var number) => number,
        JsonValueKind.String when ulong.TryParse(json.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw WrongKind(json, name, "a whole number"),
    };

    private static int Choice(JsonElement json, EnumDescriptor type, string name)
    {
        if (JsonShape.IsNumber(type))
        {
            return json.ValueKind == JsonValueKind.Number && json.TryGetInt32(out var number)
                ? number
                : throw WrongKind(json, name, string.Join(" or ", type.Values.Select(static value => value.Number)));
        }

        var text = Text(json, name);
        return type.Values.FirstOrDefault(value => JsonShape.NameOf(value) == text)?.Number
            ?? throw Arguments.Invalid($"{name}: it is none of {string.Join(", ", type.Values.Select(JsonShape.NameOf))}.");
    }

    private static bool IsFalse(JsonElement json) => json.ValueKind == JsonValueKind.False;

    private static bool IsTrueMessage(FieldDescriptor field) => field.FieldType == FieldType.Message && JsonShape.IsTrue(field.MessageType);

    private static RefusedException WrongKind(JsonElement json, string name, string wanted)
    {
        var kind = json.ValueKind switch
        {
            JsonValueKind.String => "text",
            JsonValueKind.Number => $"the number {Shortened(json.GetRawText())}",
            JsonValueKind.True or JsonValueKind.False => "a truth value",
            JsonValueKind.Array => "a list",
            JsonValueKind.Object => "an object",
            _ => "null",
        };
        return Arguments.Invalid($"{name}: it is {kind}; it takes {wanted}.");
    }

    private static string Shortened(string number) => number.Length <= MaxShownDigits ? number : $"{number[..MaxShownDigits]}…";
}
