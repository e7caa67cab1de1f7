using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Formats;

/// <summary>
/// Writes a JSON object. By hand, because Utf8JsonWriter writes every character beyond 16 bits, and what its tables don't know yet,
/// as \uXXXX: an emoji would take 12 bytes in place of 4, and the bytes would change with the runtime.
/// </summary>
internal ref struct JsonBodyWriter(BodyBuffer buffer, FieldTable fields) : IBodyWriter
{
    private const int MaxNumberBytes = 20;

    private static readonly SearchValues<char> MustEscape =
        SearchValues.Create([.. Enumerable.Range(0, ' ').Select(c => (char)c), '"', '\\']);

    private bool _hasFields;

    public static void Write<TBody>(BodyBuffer buffer, in TBody body)
        where TBody : IBody<TBody>, new()
    {
        buffer.Write("{"u8);
        var writer = new JsonBodyWriter(buffer, TBody.Fields);
        body.Write(ref writer);
        buffer.Write("}"u8);
    }

    public void WriteText(int field, string value, bool always = false)
    {
        if (always || value.Length > 0)
        {
            WriteName(fields.NameOf(field));
            WriteString(value);
        }
    }

    public void WriteTexts(int field, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            return;
        }

        WriteName(fields.NameOf(field));
        for (var i = 0; i < values.Count; i++)
        {
            buffer.Write(i == 0 ? "["u8 : ","u8);
            WriteString(values[i]);
        }

        buffer.Write("]"u8);
    }

    public void WriteUInt32(int field, uint value, bool always = false) => WriteNumber(field, value, always);

    public void WriteUInt64(int field, ulong value) => WriteNumber(field, value, always: false);

    public void WriteInt64(int field, long value) => WriteNumber(field, value, always: false);

    public void WriteBoolean(int field, bool value)
    {
        if (value)
        {
            WriteName(fields.NameOf(field));
            buffer.Write("true"u8);
        }
    }

    public void WriteBytes(int field, ReadOnlySpan<byte> value, bool asText)
    {
        if (asText && Utf8.IsValid(value))
        {
            WriteName(fields.NameOf(field));
            WriteString(Encoding.UTF8.GetString(value));
            return;
        }

        WriteName(fields.Base64Name);
        buffer.Write("\""u8);
        Base64.EncodeToUtf8(value, buffer.GetSpan(Base64.GetMaxEncodedToUtf8Length(value.Length)), out _, out var written);
        buffer.Advance(written);
        buffer.Write("\""u8);
    }

    public void WriteBody<TBody>(int field, TBody body)
        where TBody : IBody<TBody>, new()
    {
        WriteName(fields.NameOf(field));
        Write(buffer, in body);
    }

    public void WriteBodies<TBody>(int field, IReadOnlyList<TBody> bodies)
        where TBody : IBody<TBody>, new()
    {
        if (bodies.Count == 0)
        {
            return;
        }

        WriteName(fields.NameOf(field));
        for (var i = 0; i < bodies.Count; i++)
        {
            buffer.Write(i == 0 ? "["u8 : ","u8);
            Write(buffer, bodies[i]);
        }

        buffer.Write("]"u8);
    }

    private void WriteNumber<T>(int field, T value, bool always)
        where T : struct, IUtf8SpanFormattable, IEquatable<T>
    {
        if (always || !value.Equals(default(T)))
        {
            WriteName(fields.NameOf(field));
            value.TryFormat(buffer.GetSpan(MaxNumberBytes), out var written, default, null);
            buffer.Advance(written);
        }
    }

    private void WriteName(JsonEncodedText name)
    {
        buffer.Write(_hasFields ? ",\""u8 : "\""u8);
        buffer.Write(name.EncodedUtf8Bytes);
        buffer.Write("\":"u8);
        _hasFields = true;
    }

    private readonly void WriteString(ReadOnlySpan<char> text)
    {
        buffer.Write("\""u8);
        while (text.IndexOfAny(MustEscape) is >= 0 and var at)
        {
            WriteUtf8(text[..at]);
            WriteEscaped(text[at]);
            text = text[(at + 1)..];
        }

        WriteUtf8(text);
        buffer.Write("\""u8);
    }

    private readonly void WriteUtf8(ReadOnlySpan<char> text) =>
        buffer.Advance(Encoding.UTF8.GetBytes(text, buffer.GetSpan(Encoding.UTF8.GetByteCount(text))));

    private readonly void WriteEscaped(char c)
    {
        switch (c)
        {
            case '"':
                buffer.Write("\\\""u8);
                break;
            case '\\':
                buffer.Write("\\\\"u8);
                break;
            case '\n':
                buffer.Write("\\n"u8);
                break;
            case '\r':
                buffer.Write("\\r"u8);
                break;
            case '\t':
                buffer.Write("\\t"u8);
                break;
            default:
                buffer.Write("\\u00"u8);
                ((int)c).TryFormat(buffer.GetSpan(2), out var written, "x2");
                buffer.Advance(written);
                break;
        }
    }
}
