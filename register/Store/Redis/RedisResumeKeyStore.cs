using System.Globalization;

namespace Microservices.Register.Store.Redis;

/// <summary>The keys of resume tickets in Redis: one hash, id → store time in µs and secret.</summary>
internal sealed class RedisResumeKeyStore(RedisClient redis) : IResumeKeyStore
{
    public async Task<ResumeKeySnapshot> ReadAsync(
        ReadOnlyMemory<byte> candidate, TimeSpan rotateEvery, TimeSpan keep, CancellationToken cancellationToken)
    {
        var result = (string[])(await redis.RunAsync(
            Script.ResumeKeys,
            [Keys.ResumeKeys],
            [Convert.ToHexStringLower(candidate.Span), (long)rotateEvery.TotalMicroseconds, (long)keep.TotalMicroseconds],
            cancellationToken))!;
        var keys = result.Skip(1).Chunk(3).Select(static key => new StoredResumeKey(
            uint.Parse(key[0], CultureInfo.InvariantCulture), Convert.FromHexString(key[2]), long.Parse(key[1], CultureInfo.InvariantCulture)));
        return new ResumeKeySnapshot([.. keys.OrderByDescending(static key => key.Id)], long.Parse(result[0], CultureInfo.InvariantCulture));
    }
}
