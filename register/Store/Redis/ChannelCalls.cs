using Microservices.Contracts;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>
/// Calls of the scripts of channels: one for each part of the store that a batch needs, all parts at once. A call does a bounded work and says how many
/// items it has done; the next one of the part goes on, so that the order of a channel stays.
/// </summary>
internal sealed class ChannelCalls(RedisClient redis)
{
    /// <summary>A script may also do fewer.</summary>
    private const int MaxItems = 128;

    /// <summary>An item that is not done after so many calls is given up; each looks at up to 1,000 entries.</summary>
    private const int MaxIdleCalls = 1_000;

    /// <summary>Front of the keys of a user, or with an empty one of the channels "all".</summary>
    public static string FrontOf(string app, string user) => user.Length == 0 ? Keys.AllFront : Keys.Front(Partition.Of(app, user));

    /// <summary>The name of a channel in keys.</summary>
    public static string MemberOf(string app, string user) => user.Length == 0 ? SessionMember.Escape(app) : SessionMember.OfUser(app, user);

    public Task<RedisResult> RunAsync(Script script, string front, IEnumerable<RedisValue> arguments, CancellationToken cancellationToken) =>
        redis.RunAsync(script, [Keys.Log(front)], [front, .. arguments], cancellationToken);

    /// <summary>Runs a script for all items. What its part of the store didn't answer for is not taken.</summary>
    /// <param name="take">Takes the number of an item, the answer of its call, and its place in that.</param>
    public Task RunEachAsync<T>(
        Script script,
        IReadOnlyList<T> items,
        Func<T, (string App, string User)> channelOf,
        IEnumerable<RedisValue> common,
        Func<T, IEnumerable<RedisValue>> argumentsOf,
        Action<int, RedisResult, int> take,
        CancellationToken cancellationToken)
    {
        async Task RunPartAsync(string front, int[] indexes)
        {
            var done = 0;
            for (var idle = 0; done < indexes.Length && idle < MaxIdleCalls; idle++)
            {
                RedisValue[] arguments = [.. common, .. indexes.Skip(done).Take(MaxItems).SelectMany(i => argumentsOf(items[i]))];
                RedisResult answer;
                try
                {
                    answer = await RunAsync(script, front, arguments, cancellationToken);
                }
                catch (StoreUnavailableException)
                {
                    return;
                }

                var count = (int)answer[0];
                for (var k = 0; k < count; k++)
                {
                    take(indexes[done + k], answer, k);
                }

                done += count;
                idle = count > 0 ? 0 : idle;
            }
        }

        return Task.WhenAll(
            Enumerable.Range(0, items.Count)
                .GroupBy(i => channelOf(items[i]) is var (app, user) ? FrontOf(app, user) : "", StringComparer.Ordinal)
                .Select(group => RunPartAsync(group.Key, [.. group])));
    }
}
