using System.Buffers;

namespace Microservices.Cli.Load.Engine;

/// <summary>Memory in which a loop's thread builds one frame after another.</summary>
internal sealed class LoadScratch : IBufferWriter<byte>
{
    private byte[] _bytes = new byte[4_096];
    private int _length;

    /// <summary>What was written; valid until the next <see cref="Begin"/>.</summary>
    public Span<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>Empties it.</summary>
    public LoadScratch Begin()
    {
        _length = 0;
        return this;
    }

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_length);
    }

    private void Reserve(int sizeHint)
    {
        if (_bytes.Length - _length < Math.Max(1, sizeHint))
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + sizeHint));
        }
    }
}
