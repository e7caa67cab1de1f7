namespace Microservices.Register.Store;

/// <summary>The keys of resume tickets, the same for all registers.</summary>
internal interface IResumeKeyStore
{
    /// <summary>
    /// Reads the keys. First, <paramref name="candidate"/> becomes a key if there is none that is younger than <paramref name="rotateEvery"/>, and
    /// keys older than <paramref name="keep"/> are dropped, but for the newest.
    /// </summary>
    /// <param name="candidate">32 random bytes.</param>
    /// <exception cref="StoreUnavailableException">The store doesn't answer.</exception>
    Task<ResumeKeySnapshot> ReadAsync(ReadOnlyMemory<byte> candidate, TimeSpan rotateEvery, TimeSpan keep, CancellationToken cancellationToken);
}

/// <param name="Keys">Newest first.</param>
/// <param name="StoreTime">Unix time by the store's clock, µs.</param>
internal sealed record ResumeKeySnapshot(IReadOnlyList<StoredResumeKey> Keys, long StoreTime);

/// <param name="Id">Rises, also over a loss of the store's data: a key never gets the id of another.</param>
/// <param name="MadeAt">Store time, µs.</param>
internal sealed record StoredResumeKey(uint Id, ReadOnlyMemory<byte> Secret, long MadeAt);
