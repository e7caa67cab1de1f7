using System.Buffers;

namespace Microservices.Protocol.Formats;

/// <summary>A thread's scratch memory for the frame that it writes: a frame's length stands before its body, so the body comes first.</summary>
internal sealed class BodyBuffer : IBufferWriter<byte>
{
    private const int InitialBytes = 1024;
    private const int KeptBytes = 128 * 1024;

    [ThreadStatic]
    private static BodyBuffer? OfThread;

    private byte[] _bytes = new byte[InitialBytes];

    private BodyBuffer()
    {
    }

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>The calling thread's buffer, empty. Valid until the thread rents again.</summary>
    public static BodyBuffer Rent()
    {
        var buffer = OfThread ??= new BodyBuffer();
        buffer.Length = 0;
        if (buffer._bytes.Length > KeptBytes)
        {
            buffer._bytes = new byte[InitialBytes];
        }

        return buffer;
    }

    public void Advance(int count) => Length += count;

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(Length);
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(Length);
    }

    /// <summary>Makes room for <paramref name="count"/> bytes at <paramref name="position"/>, before what is written there.</summary>
    public Span<byte> Insert(int position, int count)
    {
        Reserve(count);
        _bytes.AsSpan(position, Length - position).CopyTo(_bytes.AsSpan(position + count));
        Length += count;
        return _bytes.AsSpan(position, count);
    }

    private void Reserve(int sizeHint)
    {
        if (_bytes.Length - Length < Math.Max(sizeHint, 1))
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, checked(Length + sizeHint)));
        }
    }
}
