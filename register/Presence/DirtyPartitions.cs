using System.Numerics;
using Microservices.Contracts;

namespace Microservices.Register.Presence;

/// <summary>The partitions that have something to relay: one bit each, so that a storm of changes takes no more memory than one.</summary>
internal sealed class DirtyPartitions : IPresenceSignal, IDisposable
{
    private const int BitsPerWord = 64;
    private readonly ulong[] _bits = new ulong[Partition.Count / BitsPerWord];
    private readonly SemaphoreSlim _wake = new(0, 1);
    private int _word;

    /// <summary>How many are marked.</summary>
    public int Count => _bits.Sum(static word => BitOperations.PopCount(Volatile.Read(ref word)));

    public void Dirty(int partition)
    {
        var bit = 1ul << (partition % BitsPerWord);
        if ((Interlocked.Or(ref _bits[partition / BitsPerWord], bit) & bit) == 0)
        {
            Wake();
        }
    }

    /// <summary>Takes the mark off one, in turn over all; -1: none has any.</summary>
    public int TryTake()
    {
        var start = Volatile.Read(ref _word);
        for (var i = 0; i < _bits.Length; i++)
        {
            var word = (start + i) % _bits.Length;
            var bits = Volatile.Read(ref _bits[word]);
            while (bits != 0)
            {
                var bit = bits & (~bits + 1);
                if ((Interlocked.And(ref _bits[word], ~bit) & bit) != 0)
                {
                    Volatile.Write(ref _word, word);
                    return (word * BitsPerWord) + BitOperations.TrailingZeroCount(bit);
                }

                bits = Volatile.Read(ref _bits[word]);
            }
        }

        return -1;
    }

    /// <summary>Waits until a partition was marked; may return when none is any more.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _wake.WaitAsync(cancellationToken);

    public void Dispose() => _wake.Dispose();

    private void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // Somebody is woken as it is.
        }
    }
}
