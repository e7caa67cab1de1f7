using System.Buffers;

namespace Microservices.Cli.Load.Engine;

/// <summary>Bytes that wait for more, or for their turn: memory is held only while there are some.</summary>
internal struct LoadBytes
{
    /// <summary>How much may wait to be sent on one connection.</summary>
    public const int MaxBacklog = 256 * 1024;

    private byte[]? _bytes;
    private int _start;
    private int _length;

    public readonly int Length => _length;

    public readonly bool IsEmpty => _length == 0;

    public readonly ReadOnlySpan<byte> Span => _bytes.AsSpan(_start, _length);

    /// <summary>Holds a copy of these in place of what it held.</summary>
    public void Set(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            Clear();
            return;
        }

        if (_bytes is null || _bytes.Length < bytes.Length)
        {
            // The bytes may stand in the memory that is given back.
            var larger = ArrayPool<byte>.Shared.Rent(bytes.Length);
            bytes.CopyTo(larger);
            Clear();
            _bytes = larger;
        }
        else
        {
            bytes.CopyTo(_bytes);
        }

        (_start, _length) = (0, bytes.Length);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_bytes is null || _start + _length + bytes.Length > _bytes.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(1_024, (_length + bytes.Length) * 2));
            Span.CopyTo(larger);
            var length = _length;
            Clear();
            (_bytes, _length) = (larger, length);
        }

        bytes.CopyTo(_bytes.AsSpan(_start + _length));
        _length += bytes.Length;
    }

    public void RemoveFirst(int count)
    {
        _start += count;
        _length -= count;
        if (_length == 0)
        {
            Clear();
        }
    }

    /// <summary>Copies itself in front of <paramref name="count"/> bytes at <paramref name="position"/>; all together.</summary>
    public readonly ReadOnlySpan<byte> PutBefore(byte[] buffer, int position, int count)
    {
        Span.CopyTo(buffer.AsSpan(position - _length));
        return buffer.AsSpan(position - _length, _length + count);
    }

    public void Clear()
    {
        if (_bytes is not null)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        (_bytes, _start, _length) = (null, 0, 0);
    }
}
