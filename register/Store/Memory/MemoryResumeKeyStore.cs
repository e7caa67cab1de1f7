namespace Microservices.Register.Store.Memory;

/// <summary>The keys of resume tickets of one register on its own: with the process the tickets end.</summary>
internal sealed class MemoryResumeKeyStore(TimeProvider time) : IResumeKeyStore
{
    private readonly Lock _sync = new();
    private readonly List<StoredResumeKey> _keys = [];

    public Task<ResumeKeySnapshot> ReadAsync(ReadOnlyMemory<byte> candidate, TimeSpan rotateEvery, TimeSpan keep, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            var now = time.Micros();
            if (_keys is not [var newest, ..] || now - newest.MadeAt >= rotateEvery.TotalMicroseconds)
            {
                var id = Math.Max((_keys.Count > 0 ? _keys[0].Id : 0) + 1, (uint)(now / 1_000_000));
                _keys.Insert(0, new StoredResumeKey(id, candidate.ToArray(), now));
            }

            var kept = _keys[0];
            _keys.RemoveAll(key => key != kept && now - key.MadeAt > keep.TotalMicroseconds);
            return Task.FromResult(new ResumeKeySnapshot([.. _keys], now));
        }
    }
}
