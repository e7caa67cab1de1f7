using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace Microservices.Center.Http.Json;

/// <summary>Messages of center.proto as JSON (<see cref="JsonShape"/>). Numbers, truth values and lists are always there; empty text and absent messages are left out.</summary>
internal static class JsonMessageWriter
{
    // Letters of all languages stand as they are; what HTML would read is escaped.
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static void Write(Utf8JsonWriter json, IMessage message)
    {
        json.WriteStartObject();
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field.ContainingOneof is null || field.Accessor.HasValue(message))
            {
                WriteField(json, field, field.Accessor.GetValue(message));
            }
        }

        json.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter json, FieldDescriptor field, object? value)
    {
        switch (value)
        {
            case null or "" or ByteString { IsEmpty: true }:
                return;
            case ByteString bytes:
                WriteBytes(json, field.Name, bytes);
                return;
            case IList list:
                json.WriteStartArray(field.Name);
                foreach (var element in list)
                {
                    WriteValue(json, field, element);
                }

                json.WriteEndArray();
                return;
            default:
                json.WritePropertyName(field.Name);
                WriteValue(json, field, value);
                return;
        }
    }

    private static void WriteValue(Utf8JsonWriter json, FieldDescriptor field, object? value)
    {
        switch (value)
        {
            case string text:
                json.WriteStringValue(text);
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case uint number:
                json.WriteNumberValue(number);
                break;
            case long number:
                json.WriteNumberValue(number);
                break;
            case ulong number when JsonShape.IsTextNumber(field):
                json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
                break;
            case ulong number:
                json.WriteNumberValue(number);
                break;
            case Enum number:
                WriteEnum(json, field.EnumType, Convert.ToInt32(number, CultureInfo.InvariantCulture));
                break;
            case IMessage message when JsonShape.IsTrue(message.Descriptor):
                json.WriteBooleanValue(true);
                break;
            case IMessage message when JsonShape.ListOf(message.Descriptor) is { } list:
                json.WriteStartArray();
                foreach (var element in (IList)list.Accessor.GetValue(message))
                {
                    WriteValue(json, list, element);
                }

                json.WriteEndArray();
                break;
            case IMessage message:
                Write(json, message);
                break;
            default:
                throw new NotSupportedException($"{field.FullName} is of a type that has no JSON yet.");
        }
    }

    // A value of a later build has no name here.
    private static void WriteEnum(Utf8JsonWriter json, EnumDescriptor type, int number)
    {
        if (!JsonShape.IsNumber(type) && type.FindValueByNumber(number) is { } value)
        {
            json.WriteStringValue(JsonShape.NameOf(value));
        }
        else
        {
            json.WriteNumberValue(number);
        }
    }

    private static void WriteBytes(Utf8JsonWriter json, string name, ByteString bytes)
    {
        try
        {
            json.WriteString(name, StrictUtf8.GetString(bytes.Span));
        }
        catch (DecoderFallbackException)
        {
            json.WriteBase64String(name + JsonShape.Base64Suffix, bytes.Span);
        }
    }
}
