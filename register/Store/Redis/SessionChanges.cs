using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Sessions;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>Calls of the scripts that change sessions: what session_changes.lua wants comes first, then what the script wants.</summary>
internal sealed class SessionChanges(RedisClient redis, SessionsOptions options)
{
    private static readonly RedisValue KeepRevocationMs = (long)SessionClaim.KeepRevocation.TotalMilliseconds;
    private readonly RedisValue _keepEndedMs = (long)options.KeepEnded.TotalMilliseconds;

    public Task<RedisResult> RunAsync(
        Script script, int partition, IEnumerable<RedisKey> keys, IEnumerable<RedisValue> arguments, CancellationToken cancellationToken) =>
        redis.RunAsync(
            script,
            [Keys.Index(partition), Keys.Displaced(partition), Keys.Events(partition), Keys.Change(partition), .. keys],
            [Keys.RoomFront(partition), Keys.EndedFront(partition), _keepEndedMs, KeepRevocationMs, .. arguments],
            cancellationToken);

    /// <summary>Runs a script once for each partition of a batch, all at once, for items that each have a record of a user and some arguments.</summary>
    /// <param name="take">Takes the answer for the items of these indexes.</param>
    /// <param name="fail">The store didn't answer for the items of these indexes; null: the call throws.</param>
    public Task RunEachAsync<T>(
        Script script,
        IReadOnlyList<T> items,
        Func<T, (string App, string User)> userOf,
        IEnumerable<RedisValue> common,
        Func<T, IEnumerable<RedisValue>> argumentsOf,
        Action<int, int[], RedisResult> take,
        Action<int[]>? fail,
        CancellationToken cancellationToken)
    {
        int PartitionOf(int i) => userOf(items[i]) is var (app, user) ? Partition.Of(app, user) : 0;

        async Task RunPartitionAsync(int partition, int[] indexes)
        {
            var keys = indexes.Select(i => userOf(items[i]) is var (app, user) ? Keys.User(partition, app, user) : default);
            try
            {
                take(partition, indexes, await RunAsync(script, partition, keys, common.Concat(indexes.SelectMany(i => argumentsOf(items[i]))), cancellationToken));
            }
            catch (StoreUnavailableException) when (fail is not null)
            {
                fail(indexes);
            }
        }

        return Task.WhenAll(Enumerable.Range(0, items.Count).GroupBy(PartitionOf).Select(group => RunPartitionAsync(group.Key, [.. group])));
    }
}
