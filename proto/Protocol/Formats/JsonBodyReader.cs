using System.Numerics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Formats;

/// <summary>Reads a JSON object. Nothing in a body (no bytes at all) is an object without fields.</summary>
internal ref struct JsonBodyReader : IBodyReader
{
    // 4000.0 and 4e3 are whole numbers too; 4000.5 is not taken.
    private const NumberStyles WholeNumber = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private readonly bool _isEmpty;
    private Utf8JsonReader _json;
    private FieldTable? _fields;
    private int _field;
    private bool _isBase64;

    public JsonBodyReader(ReadOnlySpan<byte> body)
    {
        if (!Utf8.IsValid(body))
        {
            throw new ProtocolException(Code.MalformedBody, "The body is not well-formed UTF-8.");
        }

        _isEmpty = body.IsEmpty;
        _json = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = ProtocolLimits.MaxJsonDepth });
        if (!_isEmpty && !(_json.Read() && _json.TokenType == JsonTokenType.StartObject))
        {
            throw new ProtocolException(Code.MalformedBody, "The body is not a JSON object.");
        }
    }

    private JsonBodyReader(Utf8JsonReader json) => _json = json;

    public bool TryReadField(FieldTable fields, out int field)
    {
        _fields = fields;
        field = 0;
        while (!_isEmpty && _json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var isKnown = TryFind(fields, out field);
            _field = field;
            _json.Read();
            if (isKnown && _json.TokenType != JsonTokenType.Null)
            {
                return true;
            }

            _json.Skip();
        }

        return false;
    }

    /// <summary>Nothing but white space may follow the object.</summary>
    public void End()
    {
        if (!_isEmpty && _json.Read())
        {
            throw new ProtocolException(Code.MalformedBody, "Something follows the JSON object.");
        }
    }

    public string ReadText()
    {
        switch (_json.TokenType)
        {
            case JsonTokenType.Number:
                return Encoding.UTF8.GetString(_json.ValueSpan);
            case JsonTokenType.String:
                return Unescape();
            default:
                throw Unexpected("text");
        }
    }

    public string ReadText(ReadOnlySpan<string> usual)
    {
        foreach (var text in usual)
        {
            if (_json.TokenType == JsonTokenType.String && !_json.ValueIsEscaped && Ascii.Equals(_json.ValueSpan, text))
            {
                return text;
            }
        }

        return ReadText();
    }

    public IReadOnlyList<string> ReadTexts(IReadOnlyList<string> current)
    {
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            throw Unexpected("a list of texts");
        }

        var entries = new List<string>();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (entries.Count == ProtocolLimits.MaxEntries)
            {
                throw Fault($"more than {ProtocolLimits.MaxEntries} entries");
            }

            entries.Add(ReadText());
        }

        return entries;
    }

    public uint ReadUInt32() => ReadNumber<uint>();

    public ulong ReadUInt64() => ReadNumber<ulong>();

    public long ReadInt64() => ReadNumber<long>();

    public bool ReadBoolean() => _json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw Unexpected("true or false"),
    };

    public byte[] ReadBytes()
    {
        if (!_isBase64)
        {
            return Encoding.UTF8.GetBytes(ReadText());
        }

        if (_json.TokenType != JsonTokenType.String)
        {
            throw Unexpected("base64");
        }

        var bytes = new byte[_json.ValueSpan.Length];
        return Convert.TryFromBase64String(Unescape(), bytes, out var length) ? bytes[..length] : throw Fault("not base64");
    }

    public TBody ReadBody<TBody>()
        where TBody : IBody<TBody>, new()
    {
        if (_json.TokenType != JsonTokenType.StartObject)
        {
            throw Unexpected("an object");
        }

        var inner = new JsonBodyReader(_json);
        var body = new TBody();
        BodyFields.Read(ref body, ref inner);
        _json = inner._json;
        return body;
    }

    public IReadOnlyList<TBody> ReadBodies<TBody>(IReadOnlyList<TBody> current)
        where TBody : IBody<TBody>, new()
    {
        if (_json.TokenType != JsonTokenType.StartArray)
        {
            throw Unexpected("a list of objects");
        }

        var entries = new List<TBody>();
        while (_json.Read() && _json.TokenType != JsonTokenType.EndArray)
        {
            if (entries.Count == ProtocolLimits.MaxEntries)
            {
                throw Fault($"more than {ProtocolLimits.MaxEntries} entries");
            }

            entries.Add(ReadBody<TBody>());
        }

        return entries;
    }

    private bool TryFind(FieldTable fields, out int field)
    {
        try
        {
            return fields.TryFind(in _json, out field, out _isBase64);
        }
        catch (InvalidOperationException)
        {
            // The name has an escaped half of a surrogate pair: no field's name does.
            field = 0;
            return false;
        }
    }

    private readonly string Unescape()
    {
        try
        {
            return _json.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Fault("half of a surrogate pair");
        }
    }

    private readonly T ReadNumber<T>()
        where T : struct, IUtf8SpanParsable<T>, INumber<T>
    {
        if (_json.TokenType is not (JsonTokenType.Number or JsonTokenType.String))
        {
            throw Unexpected("a number");
        }

        return T.TryParse(_json.ValueSpan, WholeNumber, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw Fault("not a whole number in range");
    }

    private readonly ProtocolException Unexpected(string expected) => Fault($"{_json.TokenType}; expected {expected}");

    private readonly ProtocolException Fault(string what) =>
        new(Code.MalformedBody, $"Field {(_isBase64 ? _fields!.Base64Name : _fields!.NameOf(_field))}: {what}.");
}
