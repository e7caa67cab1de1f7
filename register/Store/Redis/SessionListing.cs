using Microservices.Contracts;
using Microservices.Contracts.Register;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>
/// Reads a page of sessions through the partitions in their order. Asks one partition, then two at once, four, …: a page is few calls when
/// sessions are many, and few round trips when they are scattered.
/// </summary>
internal sealed class SessionListing(RedisClient redis, SessionFilter filter)
{
    private const int MaxAtOnce = 128;

    public async Task<SessionPage> ReadAsync(SessionPosition position, int limit, CancellationToken cancellationToken)
    {
        List<Session> sessions = [];
        var read = 0;
        var wave = 1;
        for (var first = position.Partition; first < Partition.Count; first += wave, wave = Math.Min(wave * 2, MaxAtOnce))
        {
            wave = Math.Min(wave, Partition.Count - first);
            var pages = await Task.WhenAll(Enumerable.Range(first, wave).Select(
                partition => ReadPartitionAsync(partition, partition == position.Partition ? position.Member : "", limit - read, cancellationToken)));
            for (var i = 0; i < pages.Length; i++)
            {
                var take = Math.Min(pages[i].Length / 2, limit - read);
                for (var k = 0; k < take; k++)
                {
                    AddTo(sessions, pages[i][2 * k], pages[i][(2 * k) + 1]);
                }

                read += take;
                if (read == limit)
                {
                    return new SessionPage(sessions, new SessionPosition(first + i, take > 0 ? pages[i][(2 * take) - 2] : ""));
                }
            }
        }

        return new SessionPage(sessions, null);
    }

    private static void AddTo(List<Session> sessions, string member, string record)
    {
        if (SessionMember.Parse(member) is var (app, user, field) && SessionRecord.Read(app, user, field, record) is { } session)
        {
            sessions.Add(session);
        }
    }

    private async Task<string[]> ReadPartitionAsync(int partition, string after, int limit, CancellationToken cancellationToken)
    {
        var index = filter.Incarnation == 0 ? Keys.Index(partition) : Keys.Room(partition, filter.Incarnation);
        var to = filter.App is null ? "+" : "(" + SessionMember.AfterApp(filter.App);
        var from = filter.App is null ? "-" : "[" + SessionMember.FirstOfApp(filter.App);

        // A cursor from a list of another app must not lead out of this one.
        if (after.Length > 0 && (filter.App is null || string.CompareOrdinal(after, SessionMember.FirstOfApp(filter.App)) > 0))
        {
            from = "(" + after;
        }

        return (string[])(await redis.RunAsync(Script.SessionsList, [index], [from, to, limit, Keys.UserFront(partition)], cancellationToken))!;
    }
}
