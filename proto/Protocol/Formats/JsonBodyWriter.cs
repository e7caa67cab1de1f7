using System.Text.Json;
using System.Text.Unicode;
using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Formats;

/// <summary>Writes a JSON object.</summary>
internal readonly ref struct JsonBodyWriter(Utf8JsonWriter json, FieldTable fields) : IBodyWriter
{
    public static void Write<TBody>(BodyBuffer buffer, in TBody body)
        where TBody : IBody<TBody>, new()
    {
        buffer.Json.WriteStartObject();
        var writer = new JsonBodyWriter(buffer.Json, TBody.Fields);
        body.Write(ref writer);
        buffer.Json.WriteEndObject();
        buffer.Json.Flush();
    }

    public void WriteText(int field, string value, bool always = false)
    {
        if (always || value.Length > 0)
        {
            json.WriteString(fields.NameOf(field), value);
        }
    }

    public void WriteTexts(int field, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        json.WriteStartArray(fields.NameOf(field));
        for (var i = 0; i < values.Count; i++)
        {
            json.WriteStringValue(values[i]);
        }

        json.WriteEndArray();
    }

    public void WriteUInt32(int field, uint value, bool always = false)
    {
        if (always || value != 0)
        {
            json.WriteNumber(fields.NameOf(field), value);
        }
    }

    public void WriteUInt64(int field, ulong value)
    {
        if (value != 0)
        {
            json.WriteNumber(fields.NameOf(field), value);
        }
    }

    public void WriteInt64(int field, long value)
    {
        if (value != 0)
        {
            json.WriteNumber(fields.NameOf(field), value);
        }
    }

    public void WriteBytes(int field, ReadOnlySpan<byte> value, bool asText)
    {
        if (asText && Utf8.IsValid(value))
        {
            json.WriteString(fields.NameOf(field), value);
        }
        else
        {
            json.WriteBase64String(fields.Base64Name, value);
        }
    }

    public void WriteBody<TBody>(int field, TBody body)
        where TBody : IBody<TBody>, new()
    {
        json.WriteStartObject(fields.NameOf(field));
        var inner = new JsonBodyWriter(json, TBody.Fields);
        body.Write(ref inner);
        json.WriteEndObject();
    }
}
