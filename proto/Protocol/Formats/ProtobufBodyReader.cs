using System.Text;
using System.Text.Unicode;
using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Formats;

/// <summary>Reads a protobuf message: https://protobuf.dev/programming-guides/encoding.</summary>
internal ref struct ProtobufBodyReader : IBodyReader
{
    private const int MaxVarintBytes = 10;

    private ReadOnlySpan<byte> _rest;
    private FieldTable? _fields;
    private int _field;
    private WireType _type;

    public ProtobufBodyReader(ReadOnlySpan<byte> body) => _rest = body;

    public bool TryReadField(FieldTable fields, out int field)
    {
        _fields = fields;
        while (!_rest.IsEmpty)
        {
            ReadTag();
            field = _field;
            if (fields.Has(field))
            {
                return true;
            }

            Skip();
        }

        field = 0;
        return false;
    }

    public string ReadText()
    {
        var bytes = ReadDelimited();
        return Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : throw Fault("not well-formed UTF-8");
    }

    public string ReadText(ReadOnlySpan<string> usual)
    {
        var before = _rest;
        var bytes = ReadDelimited();
        foreach (var text in usual)
        {
            if (Ascii.Equals(bytes, text))
            {
                return text;
            }
        }

        _rest = before;
        return ReadText();
    }

    public IReadOnlyList<string> ReadTexts(IReadOnlyList<string> current)
    {
        var entries = WithRoom(current);
        entries.Add(ReadText());
        return entries;
    }

    // As everywhere in protobuf: a varint too large for 32 bits loses its upper ones.
    public uint ReadUInt32() => (uint)ReadUInt64();

    public ulong ReadUInt64()
    {
        Expect(WireType.Varint);
        return ReadVarint();
    }

    public long ReadInt64() => (long)ReadUInt64();

    public bool ReadBoolean() => ReadUInt64() != 0;

    public byte[] ReadBytes() => ReadDelimited().ToArray();

    public TBody ReadBody<TBody>()
        where TBody : IBody<TBody>, new()
    {
        var inner = new ProtobufBodyReader(ReadDelimited());
        var body = new TBody();
        BodyFields.Read(ref body, ref inner);
        return body;
    }

    public IReadOnlyList<TBody> ReadBodies<TBody>(IReadOnlyList<TBody> current)
        where TBody : IBody<TBody>, new()
    {
        var entries = WithRoom(current);
        entries.Add(ReadBody<TBody>());
        return entries;
    }

    private readonly List<T> WithRoom<T>(IReadOnlyList<T> current) => current.Count < ProtocolLimits.MaxEntries
        ? current as List<T> ?? [.. current]
        : throw Fault($"more than {ProtocolLimits.MaxEntries} entries");

    private void ReadTag()
    {
        var tag = ReadVarint();
        _type = (WireType)(tag & 7);
        _field = tag >> 3 is > 0 and <= 0x1FFF_FFFF ? (int)(tag >> 3) : throw Malformed("a field number out of range");
    }

    private void Skip()
    {
        switch (_type)
        {
            case WireType.Varint:
                ReadVarint();
                break;
            case WireType.Fixed64:
                Take(sizeof(ulong));
                break;
            case WireType.Delimited:
                ReadDelimited();
                break;
            case WireType.Fixed32:
                Take(sizeof(uint));
                break;
            default:
                throw Malformed($"wire type {(int)_type}");
        }
    }

    private ReadOnlySpan<byte> ReadDelimited()
    {
        Expect(WireType.Delimited);
        return Take(ReadVarint());
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)_rest.Length)
        {
            throw Malformed("it ends inside of a field");
        }

        var taken = _rest[..(int)length];
        _rest = _rest[(int)length..];
        return taken;
    }

    private ulong ReadVarint()
    {
        ulong value = 0;
        for (var i = 0; i < MaxVarintBytes; i++)
        {
            if (i >= _rest.Length)
            {
                throw Malformed("it ends inside of a number");
            }

            value |= (ulong)(_rest[i] & 0x7F) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return value;
            }
        }

        throw Malformed($"a number of more than {MaxVarintBytes} bytes");
    }

    private readonly void Expect(WireType type)
    {
        if (_type != type)
        {
            throw Fault($"wire type {(int)_type}; expected {(int)type}");
        }
    }

    private static ProtocolException Malformed(string what) => new(Code.MalformedBody, $"The protobuf body does not parse: {what}.");

    private readonly ProtocolException Fault(string what) => new(Code.MalformedBody, $"Field {_fields!.NameOf(_field)}: {what}.");
}
