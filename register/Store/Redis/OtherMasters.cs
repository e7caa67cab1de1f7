using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>What identifies the other masters of a cluster, looked at every few seconds and whenever a connection was restored. Used by one reader at a time.</summary>
internal sealed class OtherMasters(RedisClient redis, RedisKey home)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);
    private Reading _latest = new("", 0);
    private int _connections = -1;

    /// <param name="storeTime">The store's clock as of some time before now, µs; 0 = not known yet.</param>
    public async Task<Reading> ReadAsync(long storeTime, CancellationToken cancellationToken)
    {
        var connections = redis.Connections;
        if (storeTime > 0 && (connections != _connections || storeTime - _latest.StoreTime > Pace.TotalMicroseconds || storeTime < _latest.StoreTime))
        {
            _latest = new Reading(await redis.RunIdsBesideAsync(home, cancellationToken), storeTime);
            _connections = connections;
        }

        return _latest;
    }

    /// <param name="RunIds">Empty = there are none, or they are not known.</param>
    /// <param name="StoreTime">It was read after that.</param>
    internal readonly record struct Reading(string RunIds, long StoreTime);
}
