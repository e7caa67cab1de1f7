using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microservices.Protocol;

namespace Microservices.Gateway.WebSockets;

/// <summary>A frame as a text message: <c>{"command":6,"id":"…","body":{…}}</c>. Its body is that of a frame of version <see cref="Version"/>.</summary>
internal static class TextEnvelope
{
    /// <summary>The version that a text message has, which does not name one.</summary>
    public const uint Version = 1;

    private const int MaxCommandDigits = 10;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? bodyOfThread;

    /// <summary>Reads a text message into what a frame would hold.</summary>
    /// <param name="message">The message; well-formed UTF-8.</param>
    /// <param name="body">The body, with the message's <c>id</c> before its own fields. Valid as long as <paramref name="message"/>, and until the thread reads the next one.</param>
    /// <exception cref="ProtocolException"><see cref="Code.MalformedBody"/></exception>
    public static FrameHeader Read(ReadOnlyMemory<byte> message, out ReadOnlySequence<byte> body)
    {
        var parts = ReadParts(message.Span);
        var rest = message[parts.Body];
        if (!parts.Id.Equals(default))
        {
            rest = WithId(message.Span[parts.Id], rest.Span);
        }

        body = new ReadOnlySequence<byte>(rest);
        return new FrameHeader((uint)(Frame.HeaderBytes + rest.Length), Version, (Command)parts.Command);
    }

    /// <summary>How long the message for a frame is.</summary>
    /// <param name="frame">A frame with a JSON body.</param>
    /// <param name="id">Where in it the id of the request stands that it answers; nowhere in most.</param>
    public static int LengthOf(ReadOnlySpan<byte> frame, out Range id)
    {
        var command = FrameHeader.Read(frame).Command;
        var body = frame[Frame.HeaderBytes..];
        id = IsAnswer(command) ? IdOf(body) : default;
        var idBytes = id.Equals(default) ? 0 : ",\"id\":"u8.Length + body[id].Length;
        var bodyBytes = body.IsEmpty ? 0 : ",\"body\":"u8.Length + body.Length;
        return "{\"command\":"u8.Length + Digits((uint)command) + idBytes + bodyBytes + "}"u8.Length;
    }

    /// <summary>Writes the message for a frame.</summary>
    /// <param name="frame">A frame with a JSON body.</param>
    /// <param name="id">As <see cref="LengthOf"/> found it.</param>
    /// <param name="destination">As long as <see cref="LengthOf"/> said.</param>
    public static void Write(ReadOnlySpan<byte> frame, Range id, Span<byte> destination)
    {
        var body = frame[Frame.HeaderBytes..];
        var rest = Put(destination, "{\"command\":"u8);
        ((uint)FrameHeader.Read(frame).Command).TryFormat(rest, out var digits, default, CultureInfo.InvariantCulture);
        rest = rest[digits..];
        if (!id.Equals(default))
        {
            rest = Put(Put(rest, ",\"id\":"u8), body[id]);
        }

        if (!body.IsEmpty)
        {
            rest = Put(Put(rest, ",\"body\":"u8), body);
        }

        Put(rest, "}"u8);
    }

    private static (uint Command, Range Id, Range Body) ReadParts(ReadOnlySpan<byte> message)
    {
        uint? command = null;
        Range id = default, body = default;
        try
        {
            // The envelope is one more level around a body.
            var json = new Utf8JsonReader(message, new JsonReaderOptions { MaxDepth = ProtocolLimits.MaxJsonDepth + 1 });
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                throw Fault("The text message is not a JSON object.");
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var (isCommand, isId, isBody) = (Is(in json, "command"u8), Is(in json, "id"u8), Is(in json, "body"u8));
                json.Read();
                var start = (int)json.TokenStartIndex;
                if (isCommand)
                {
                    command = CommandOf(in json);
                }

                Judge(json.TokenType, isId, isBody);
                var isNull = json.TokenType == JsonTokenType.Null;
                json.Skip();
                var value = isNull ? default : new Range(start, (int)json.BytesConsumed);
                id = isId ? value : id;
                body = isBody ? value : body;
            }

            if (json.Read())
            {
                throw Fault("Something follows the JSON object.");
            }
        }
        catch (JsonException fault)
        {
            // Its own text may quote what was sent.
            throw Fault($"The JSON does not parse: line {fault.LineNumber}, byte {fault.BytePositionInLine}.");
        }

        return (command ?? throw Fault("Field command: is missing."), id, body);
    }

    private static bool Is(scoped ref readonly Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        try
        {
            return json.ValueTextEquals(name);
        }
        catch (InvalidOperationException)
        {
            // The name has an escaped half of a surrogate pair.
            return false;
        }
    }

    private static uint CommandOf(scoped ref readonly Utf8JsonReader json) =>
        json.TokenType is JsonTokenType.Number or JsonTokenType.String
            && uint.TryParse(json.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var command)
            ? command
            : throw Fault("Field command: not a whole number in range.");

    private static void Judge(JsonTokenType type, bool isId, bool isBody)
    {
        if (isId && type is not (JsonTokenType.String or JsonTokenType.Number or JsonTokenType.Null))
        {
            throw Fault($"Field id: {type}; expected text.");
        }

        if (isBody && type is not (JsonTokenType.StartObject or JsonTokenType.Null))
        {
            throw Fault($"Field body: {type}; expected an object.");
        }
    }

    /// <summary>The body with one more field. It stands first: of a field that comes twice the last one counts, so a body's own id does.</summary>
    private static ReadOnlyMemory<byte> WithId(ReadOnlySpan<byte> id, ReadOnlySpan<byte> body)
    {
        const int KeptBytes = 128 * 1024;
        var writer = bodyOfThread;
        if (writer is null || writer.Capacity > KeptBytes)
        {
            bodyOfThread = writer = new ArrayBufferWriter<byte>();
        }

        var fields = body.IsEmpty ? "}"u8 : body[1..].TrimStart(" \t\r\n"u8);
        writer.ResetWrittenCount();
        writer.Write("{\"id\":"u8);
        writer.Write(id);
        if (fields[0] != '}')
        {
            writer.Write(","u8);
        }

        writer.Write(fields);
        return writer.WrittenMemory;
    }

    private static bool IsAnswer(Command command) =>
        command is Command.VerifyResult or Command.Error or Command.UplinkResult or Command.SubscribeResult or Command.UnsubscribeResult or Command.Page
            or Command.BindResult or Command.Unbound;

    private static Range IdOf(ReadOnlySpan<byte> body)
    {
        var json = new Utf8JsonReader(body);
        while (json.Read())
        {
            if (json is { TokenType: JsonTokenType.PropertyName, CurrentDepth: 1 } && json.ValueTextEquals("id"u8))
            {
                json.Read();
                return new Range((int)json.TokenStartIndex, (int)json.BytesConsumed);
            }
        }

        return default;
    }

    private static int Digits(uint number)
    {
        Span<byte> digits = stackalloc byte[MaxCommandDigits];
        number.TryFormat(digits, out var written, default, CultureInfo.InvariantCulture);
        return written;
    }

    private static Span<byte> Put(Span<byte> destination, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(destination);
        return destination[bytes.Length..];
    }

    private static ProtocolException Fault(string message) => new(Code.MalformedBody, message);
}
