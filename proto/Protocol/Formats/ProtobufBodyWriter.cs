using System.Buffers;
using System.Text;
using Microservices.Protocol.Bodies;

namespace Microservices.Protocol.Formats;

/// <summary>Writes a protobuf message; fields at zero are left out, as proto3 does.</summary>
internal readonly ref struct ProtobufBodyWriter(BodyBuffer buffer) : IBodyWriter
{
    private const int MaxVarintBytes = 10;

    public void WriteText(int field, string value, bool always = false)
    {
        if (value.Length > 0)
        {
            WriteEntry(field, value);
        }
    }

    public void WriteTexts(int field, IReadOnlyList<string> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            WriteEntry(field, values[i]);
        }
    }

    public void WriteUInt32(int field, uint value, bool always = false) => WriteUInt64(field, value);

    public void WriteUInt64(int field, ulong value)
    {
        if (value != 0)
        {
            WriteTag(field, WireType.Varint);
            WriteVarint(value);
        }
    }

    public void WriteInt64(int field, long value) => WriteUInt64(field, (ulong)value);

    public void WriteBoolean(int field, bool value) => WriteUInt64(field, value ? 1u : 0u);

    public void WriteBytes(int field, ReadOnlySpan<byte> value, bool asText)
    {
        if (!value.IsEmpty)
        {
            WriteTag(field, WireType.Delimited);
            WriteVarint((uint)value.Length);
            buffer.Write(value);
        }
    }

    public void WriteBody<TBody>(int field, TBody body)
        where TBody : IBody<TBody>, new()
    {
        WriteTag(field, WireType.Delimited);
        var start = buffer.Length;
        var inner = new ProtobufBodyWriter(buffer);
        body.Write(ref inner);

        Span<byte> length = stackalloc byte[MaxVarintBytes];
        length = length[..PutVarint(length, (uint)(buffer.Length - start))];
        length.CopyTo(buffer.Insert(start, length.Length));
    }

    public void WriteBodies<TBody>(int field, IReadOnlyList<TBody> bodies)
        where TBody : IBody<TBody>, new()
    {
        for (var i = 0; i < bodies.Count; i++)
        {
            WriteBody(field, bodies[i]);
        }
    }

    private void WriteEntry(int field, string value)
    {
        WriteTag(field, WireType.Delimited);
        var length = Encoding.UTF8.GetByteCount(value);
        WriteVarint((uint)length);
        buffer.Advance(Encoding.UTF8.GetBytes(value, buffer.GetSpan(length)));
    }

    private void WriteTag(int field, WireType type) => WriteVarint(((uint)field << 3) | (uint)type);

    private void WriteVarint(ulong value) => buffer.Advance(PutVarint(buffer.GetSpan(MaxVarintBytes), value));

    private static int PutVarint(Span<byte> destination, ulong value)
    {
        var i = 0;
        for (; value > 0x7F; value >>= 7)
        {
            destination[i++] = (byte)(value | 0x80);
        }

        destination[i++] = (byte)value;
        return i;
    }
}
