using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>
/// What identifies the other masters of a cluster, looked at every few seconds and whenever a connection was lost or restored. Looks beside its
/// caller: a master that doesn't answer keeps nobody waiting. Used by one reader at a time.
/// </summary>
internal sealed class OtherMasters(RedisClient redis, RedisKey home)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(2);
    private Reading _latest = new("", 0);
    private Task<Reading>? _looking;
    private int _connections = -1;

    /// <summary>The latest that is known.</summary>
    /// <param name="storeTime">The store's clock as of some time before now, µs; 0 = not known yet.</param>
    public Reading Read(long storeTime)
    {
        if (_looking is { IsCompleted: true } ended)
        {
            _looking = null;
            _latest = ended.IsCompletedSuccessfully ? ended.Result : new Reading("", storeTime);
        }

        if (_looking is null && storeTime > 0 && IsDue(storeTime))
        {
            _connections = redis.Connections;
            _looking = LookAsync(storeTime);
        }

        return _latest;
    }

    private bool IsDue(long storeTime) =>
        redis.Connections != _connections || storeTime - _latest.StoreTime > Pace.TotalMicroseconds || storeTime < _latest.StoreTime;

    // Ends within the timeout of calls.
    private async Task<Reading> LookAsync(long storeTime) => new(await redis.RunIdsBesideAsync(home, CancellationToken.None), storeTime);

    /// <param name="RunIds">Empty = there are none, or they are not known.</param>
    /// <param name="StoreTime">It was read after that.</param>
    internal readonly record struct Reading(string RunIds, long StoreTime);
}
