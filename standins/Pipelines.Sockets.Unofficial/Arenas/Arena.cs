using System.Runtime.CompilerServices;

namespace Pipelines.Sockets.Unofficial.Arenas;

/// <summary>Bump allocator for one reader: Allocate hands out slices, Reset takes all of them back. Not thread safe.</summary>
/// <remarks>Every allocation is contiguous, so a sequence is always a single segment.</remarks>
public sealed class Arena<T> : IDisposable
{
    private const int FirstBlock = 64;
    private const int MaxRetained = 64 * 1024;
    private T[] _block = [];
    private int _used;
    private bool _disposed;

    public Arena()
    {
    }

    public Arena(ArenaOptions? options = null, Allocator<T>? allocator = null)
    {
    }

    public Sequence<T> Allocate(int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length == 0)
        {
            return default;
        }

        if (length > _block.Length - _used)
        {
            // The old block stays alive through the sequences cut from it, until they are dropped.
            _block = new T[Math.Max(length, Math.Clamp(_block.Length * 2, FirstBlock, MaxRetained))];
            _used = 0;
        }

        var result = new Sequence<T>(_block, _used, length);
        _used += length;
        return result;
    }

    public void Reset()
    {
        if (_used == 0)
        {
            return;
        }

        if (_block.Length > MaxRetained)
        {
            _block = [];
        }
        else if (RuntimeHelpers.IsReferenceOrContainsReferences<T>())
        {
            Array.Clear(_block, 0, _used);
        }

        _used = 0;
    }

    public void Dispose()
    {
        _disposed = true;
        _block = [];
        _used = 0;
    }
}
