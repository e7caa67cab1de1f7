using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Formats;

/// <summary>
/// Writes the fields of one body in one format. A field that is zero or empty is left out; with <c>always</c>, JSON has it all the same.
/// </summary>
public interface IBodyWriter
{
    /// <summary>Text.</summary>
    void WriteText(int field, string value, bool always = false);

    /// <summary>A list of texts.</summary>
    void WriteTexts(int field, IReadOnlyList<string> values);

    /// <summary>A number.</summary>
    void WriteUInt32(int field, uint value, bool always = false);

    /// <summary>A number.</summary>
    void WriteUInt64(int field, ulong value);

    /// <summary>A number.</summary>
    void WriteInt64(int field, long value);

    /// <summary>True or false; false is not written.</summary>
    void WriteBoolean(int field, bool value);

    /// <summary>Bytes. JSON has them as text under the field's name when <paramref name="asText"/> holds and they are UTF-8, otherwise as base64 under that name with <c>_base64</c>.</summary>
    void WriteBytes(int field, ReadOnlySpan<byte> value, bool asText);

    /// <summary>A body inside of this one.</summary>
    void WriteBody<TBody>(int field, TBody body)
        where TBody : IBody<TBody>, new();

    /// <summary>A list of bodies.</summary>
    void WriteBodies<TBody>(int field, IReadOnlyList<TBody> bodies)
        where TBody : IBody<TBody>, new();
}
