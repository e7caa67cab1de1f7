using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Formats;

/// <summary>
/// Reads the fields of one body in one format. Every Read method takes the value of the field that <see cref="TryReadField"/> last
/// returned, once, and throws <see cref="ProtocolException"/> (<see cref="Code.MalformedBody"/>) naming the field when it has another type.
/// </summary>
public interface IBodyReader
{
    /// <summary>Goes to the next field that <paramref name="fields"/> knows and that has a value; others are skipped.</summary>
    /// <returns>False: the body has ended.</returns>
    bool TryReadField(FieldTable fields, out int field);

    /// <summary>Text. JSON may give a number: its digits are the text.</summary>
    string ReadText();

    /// <summary>Text that is most often one of <paramref name="usual"/> (ASCII): reading one of those allocates nothing.</summary>
    string ReadText(ReadOnlySpan<string> usual);

    /// <summary>A list of texts, at most <see cref="ProtocolLimits.MaxEntries"/>. Protobuf has one entry at a time: it is added to <paramref name="current"/>.</summary>
    IReadOnlyList<string> ReadTexts(IReadOnlyList<string> current);

    /// <summary>A number. JSON may give it as text.</summary>
    uint ReadUInt32();

    /// <summary>A number. JSON may give it as text.</summary>
    ulong ReadUInt64();

    /// <summary>A number. JSON may give it as text.</summary>
    long ReadInt64();

    /// <summary>True or false.</summary>
    bool ReadBoolean();

    /// <summary>Bytes, copied. JSON has them as text under the field's name, or as base64 under that name with <c>_base64</c>.</summary>
    byte[] ReadBytes();

    /// <summary>A body inside of this one.</summary>
    TBody ReadBody<TBody>()
        where TBody : IBody<TBody>, new();

    /// <summary>A list of bodies, at most <see cref="ProtocolLimits.MaxEntries"/>. Protobuf has one entry at a time: it is added to <paramref name="current"/>.</summary>
    IReadOnlyList<TBody> ReadBodies<TBody>(IReadOnlyList<TBody> current)
        where TBody : IBody<TBody>, new();
}
