using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Microservices.Center.Http.Json;

namespace Microservices.Center.Http.OpenApi;

/// <summary>The schemas of messages as <see cref="JsonMessageReader"/> reads and <see cref="JsonMessageWriter"/> writes them.</summary>
internal sealed class OpenApiSchemas
{
    private readonly SortedDictionary<string, JsonNode> _schemas = new(StringComparer.Ordinal);

    public JsonObject ToJson() => new(_schemas.Select(static schema => KeyValuePair.Create(schema.Key, (JsonNode?)schema.Value.DeepClone())));

    public void Add(string name, JsonObject schema) => _schemas.Add(name, schema);

    /// <summary>A reference to the schema of <paramref name="message"/>.</summary>
    /// <param name="name">What the schema is called.</param>
    /// <param name="isAnswer">What is always there is required; of a request nothing is by itself.</param>
    /// <param name="without">Fields that stand elsewhere in the request.</param>
    public JsonObject Reference(MessageDescriptor message, string name, bool isAnswer, IReadOnlyCollection<string>? without = null)
    {
        if (!_schemas.ContainsKey(name))
        {
            _schemas[name] = new JsonObject();
            _schemas[name] = Schema(message, isAnswer, without ?? []);
        }

        return new JsonObject { ["$ref"] = $"#/components/schemas/{name}" };
    }

    private JsonObject Schema(MessageDescriptor message, bool isAnswer, IReadOnlyCollection<string> without)
    {
        var (properties, required) = (new JsonObject(), new JsonArray());
        foreach (var field in message.Fields.InDeclarationOrder().Where(field => !without.Contains(field.Name)))
        {
            properties[field.Name] = Described(Property(field, isAnswer), field);
            if (field.FieldType == FieldType.Bytes)
            {
                properties[field.Name + JsonShape.Base64Suffix] = new JsonObject
                {
                    ["type"] = "string",
                    ["contentEncoding"] = "base64",
                    ["description"] = $"Instead of {field.Name}, for bytes that are not UTF-8 text.",
                };
            }

            if (isAnswer && IsAlwaysThere(field))
            {
                required.Add(field.Name);
            }
        }

        var schema = new JsonObject { ["type"] = "object" };
        var groups = message.Oneofs.Select(static group => $"One of {string.Join(", ", group.Fields.Select(static field => field.Name))}.");
        if (string.Join(' ', new[] { ProtoComments.Of(message) }.Concat(isAnswer ? [] : groups).OfType<string>()) is { Length: > 0 } description)
        {
            schema["description"] = description;
        }

        schema["properties"] = properties;
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        return schema;
    }

    private JsonObject Property(FieldDescriptor field, bool isAnswer) => field.IsRepeated
        ? new JsonObject { ["type"] = "array", ["items"] = Single(field, isAnswer) }
        : Single(field, isAnswer);

    /// <summary>The schema of one value of a field.</summary>
    public JsonObject Single(FieldDescriptor field, bool isAnswer) => field.FieldType switch
    {
        FieldType.String or FieldType.Bytes => new JsonObject { ["type"] = "string" },
        FieldType.Bool => new JsonObject { ["type"] = "boolean" },
        FieldType.UInt32 => new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = uint.MaxValue },
        FieldType.UInt64 or FieldType.Int64 => new JsonObject { ["type"] = "integer", ["format"] = "int64" },
        FieldType.Fixed64 => new JsonObject { ["type"] = "string", ["pattern"] = "^[0-9]{1,20}$" },
        FieldType.Enum when JsonShape.IsNumber(field.EnumType) => new JsonObject
        {
            ["type"] = "integer",
            ["enum"] = new JsonArray([.. field.EnumType.Values.Select(static value => (JsonNode)value.Number)]),
            ["description"] = string.Join(' ', field.EnumType.Values.Select(static value => $"{value.Number}: {ProtoComments.Of(value)}")),
        },
        FieldType.Enum => new JsonObject
        {
            ["type"] = "string",
            ["enum"] = new JsonArray([.. field.EnumType.Values.Select(static value => (JsonNode)JsonShape.NameOf(value))]),
        },
        FieldType.Message when JsonShape.IsTrue(field.MessageType) => new JsonObject { ["type"] = "boolean" },
        FieldType.Message when JsonShape.ListOf(field.MessageType) is { } list => Described(Property(list, isAnswer), list),
        FieldType.Message => Reference(field.MessageType, field.MessageType.Name, isAnswer),
        _ => throw new NotSupportedException($"{field.FullName} is of a type that has no schema yet."),
    };

    // Empty text and absent messages are left out, and so is what was not chosen of several.
    private static bool IsAlwaysThere(FieldDescriptor field) =>
        field.IsRepeated || (field.ContainingOneof is null && field.FieldType is not (FieldType.String or FieldType.Bytes or FieldType.Message));

    private static JsonObject Described(JsonObject schema, FieldDescriptor field)
    {
        if (ProtoComments.Of(field) is { } comment && !schema.ContainsKey("description"))
        {
            schema["description"] = comment;
        }

        return schema;
    }
}
