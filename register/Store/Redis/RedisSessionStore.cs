using System.Collections.Concurrent;
using Microservices.Contracts;
using Microservices.Contracts.Register;
using Microservices.Register.Sessions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>Sessions in Redis: each partition in a slot of its own, one script call per partition of a batch, all partitions at once.</summary>
internal sealed class RedisSessionStore(RedisClient redis, IOptions<SessionsOptions> options) : ISessionStore
{
    private readonly SessionChanges _changes = new(redis, options.Value);
    private readonly ClaimArguments _claim = new(options.Value);

    public async Task<ClaimBatch> ClaimAsync(IReadOnlyList<SessionClaim> claims, CancellationToken cancellationToken)
    {
        var outcomes = new ClaimOutcome[claims.Count];
        Array.Fill(outcomes, ClaimOutcome.Unavailable);
        ConcurrentQueue<DisplacedSession[]> toTell = [];
        await _changes.RunEachAsync(
            Script.SessionsClaim,
            claims,
            static claim => (claim.Session.App, claim.Session.User),
            _claim.Common,
            ClaimArguments.Of,
            (partition, indexes, result) =>
            {
                toTell.Enqueue(DisplacedMember.Read(partition, result[1]));
                foreach (var (k, i) in indexes.Index())
                {
                    outcomes[i] = ClaimArguments.ReadOutcome(claims[i], result[0][k]);
                }
            },
            static _ => { },
            cancellationToken);
        return new ClaimBatch(outcomes, [.. toTell.SelectMany(static sessions => sessions)]);
    }

    public async Task<IReadOnlyList<bool>> EndAsync(IReadOnlyList<SessionEnd> ends, CancellationToken cancellationToken)
    {
        var ended = new bool[ends.Count];
        await _changes.RunEachAsync(
            Script.SessionsEnd,
            ends,
            static end => (end.App, end.User),
            [],
            static end => [SessionMember.OfUser(end.App, end.User), Keys.Decimal(end.Epoch), end.Code, end.SilentMs],
            (_, indexes, result) => Scatter(result, indexes, ended, static one => one == 1),
            fail: null,
            cancellationToken);
        return ended;
    }

    public async Task<IReadOnlyList<ReportOutcome>> ReportAsync(IReadOnlyList<StateReport> reports, CancellationToken cancellationToken)
    {
        var taken = new ReportOutcome[reports.Count];
        await _changes.RunEachAsync(
            Script.SessionsReport,
            reports,
            static report => (report.App, report.User),
            [],
            static report => [SessionMember.OfUser(report.App, report.User), Keys.Decimal(report.Epoch), (int)report.State, report.SilentMs],
            (_, indexes, result) => Scatter(result, indexes, taken, static one => (ReportOutcome)one),
            fail: null,
            cancellationToken);
        return taken;
    }

    public async Task<KickBatch> KickAsync(string app, IReadOnlyList<SessionKick> kicks, CancellationToken cancellationToken)
    {
        var ended = new IReadOnlyList<Session>?[kicks.Count];
        ConcurrentQueue<DisplacedSession[]> toTell = [];
        await _changes.RunEachAsync(
            Script.SessionsKick,
            kicks,
            kick => (app, kick.User),
            [],
            kick =>
            [
                SessionMember.OfUser(app, kick.User),
                kick.Device is null ? 0 : 1,
                kick.Device ?? "",
                SessionMember.FieldOf(perDevice: true, kick.Device ?? ""),
                Keys.Decimal(kick.Epoch),
            ],
            (partition, indexes, result) =>
            {
                toTell.Enqueue(DisplacedMember.Read(partition, result[1]));
                foreach (var (k, i) in indexes.Index())
                {
                    ended[i] = SessionRecord.ReadAll(app, kicks[i].User, (string[])result[0][k]!);
                }
            },
            static _ => { },
            cancellationToken);
        return new KickBatch(ended, [.. toTell.SelectMany(static sessions => sessions)]);
    }

    public async Task<RevokedUser> RevokeAsync(string app, string user, CancellationToken cancellationToken)
    {
        var partition = Partition.Of(app, user);
        var result = await _changes.RunAsync(
            Script.SessionsRevoke, partition, [Keys.User(partition, app, user)], [SessionMember.OfUser(app, user)], cancellationToken);
        return new RevokedUser(SessionRecord.ReadAll(app, user, (string[])result[0]!), DisplacedMember.Read(partition, result[1]));
    }

    public async Task<IReadOnlyList<IReadOnlyList<Session>>> LookupAsync(string app, IReadOnlyList<string> users, CancellationToken cancellationToken)
    {
        var calls = await redis.PipelineAsync(
            "sessions_lookup",
            users.Count,
            (database, i) => database.HashGetAllAsync(Keys.User(Partition.Of(app, users[i]), app, users[i])),
            cancellationToken);
        var sessions = new IReadOnlyList<Session>[users.Count];
        for (var i = 0; i < sessions.Length; i++)
        {
            sessions[i] = SessionRecord.ReadAll(app, users[i], [.. redis.Result(calls[i]).SelectMany(static entry => new string[] { entry.Name!, entry.Value! })]);
        }

        return sessions;
    }

    public async Task<IReadOnlyList<LastSession?>> LastAsync(string app, IReadOnlyList<string> users, CancellationToken cancellationToken)
    {
        if (users.Count == 0)
        {
            return [];
        }

        var calls = await redis.PipelineAsync(
            "sessions_last",
            users.Count,
            (database, i) => database.HashValuesAsync(Keys.Ended(Partition.Of(app, users[i]), app, users[i])),
            cancellationToken);
        return [.. calls.Select(call => redis.Result(call).Select(static record => EndedRecord.Read(record.ToString())).MaxBy(static last => last?.Epoch))];
    }

    public Task<SessionPage> ListAsync(SessionFilter filter, SessionPosition position, int limit, CancellationToken cancellationToken) =>
        new SessionListing(redis, filter).ReadAsync(position, limit, cancellationToken);

    public async Task<long> CountAsync(string app, CancellationToken cancellationToken)
    {
        var calls = await redis.PipelineAsync(
            "sessions_count",
            Partition.Count,
            (database, partition) => database.SortedSetLengthByValueAsync(
                Keys.Index(partition), SessionMember.FirstOfApp(app), SessionMember.AfterApp(app), Exclude.Stop),
            cancellationToken);
        return calls.Sum(redis.Result);
    }

    public async Task<IReadOnlyList<DisplacedSession>> UntoldAsync(int limit, CancellationToken cancellationToken)
    {
        var calls = await redis.PipelineAsync(
            "sessions_untold",
            Partition.Count,
            (database, partition) => database.SortedSetRangeByRankAsync(Keys.Displaced(partition), 0, limit - 1),
            cancellationToken);
        return [.. redis.Answered(calls).SelectMany(static answer => answer.Result.Select(member => DisplacedMember.Read(answer.Index, member.ToString())))];
    }

    public async Task SettleAsync(IReadOnlyCollection<DisplacedSession> displaced, CancellationToken cancellationToken)
    {
        var partitions = displaced.GroupBy(static session => session.Partition).ToArray();
        var calls = await redis.PipelineAsync(
            "sessions_settle",
            partitions.Length,
            (database, i) => database.SortedSetRemoveAsync(Keys.Displaced(partitions[i].Key), [.. partitions[i].Select(DisplacedMember.Write)]),
            cancellationToken);
        Array.ForEach(calls, call => redis.Result(call));
    }

    public async Task<int> SweepAsync(ulong incarnation, int partition, int limit, CancellationToken cancellationToken) =>
        (int)await _changes.RunAsync(
            Script.SessionsSweep,
            partition,
            [Keys.Room(partition, incarnation)],
            [Keys.Hex(incarnation), limit, Keys.UserFront(partition)],
            cancellationToken);

    private static void Scatter<T>(RedisResult result, int[] indexes, T[] outcomes, Func<int, T> read)
    {
        var numbers = (int[])result!;
        foreach (var (k, i) in indexes.Index())
        {
            outcomes[i] = read(numbers[k]);
        }
    }
}
