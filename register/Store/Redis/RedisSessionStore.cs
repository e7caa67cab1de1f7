using Microservices.Contracts;
using Microservices.Contracts.Register;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>Sessions in Redis: each partition in a slot of its own, one script call per partition of a batch, all partitions at once.</summary>
internal sealed class RedisSessionStore(RedisClient redis) : ISessionStore
{
    private const int ClaimedState = 1;
    private const int OvertakenState = 2;

    // Behind the member of a displaced session whose user's token was revoked: the code of the close.
    private const string Revoked = ":4002";
    private static readonly RedisValue RecheckMicros = (long)SessionClaim.RecheckWithin.TotalMicroseconds;
    private static readonly RedisValue KeepRevocationMs = (long)SessionClaim.KeepRevocation.TotalMilliseconds;

    public async Task<ClaimBatch> ClaimAsync(IReadOnlyList<SessionClaim> claims, CancellationToken cancellationToken)
    {
        var outcomes = new ClaimOutcome[claims.Count];
        var byPartition = Enumerable.Range(0, claims.Count).GroupBy(i => Partition.Of(claims[i].Session.App, claims[i].Session.User));
        var toTell = await Task.WhenAll(byPartition.Select(group => ClaimAsync(group.Key, [.. group], claims, outcomes, cancellationToken)));
        return new ClaimBatch(outcomes, [.. toTell.SelectMany(static sessions => sessions)]);
    }

    public async Task<IReadOnlyList<bool>> EndAsync(IReadOnlyList<SessionEnd> ends, CancellationToken cancellationToken)
    {
        var ended = new bool[ends.Count];
        var byPartition = Enumerable.Range(0, ends.Count).GroupBy(i => Partition.Of(ends[i].App, ends[i].User));
        await Task.WhenAll(byPartition.Select(async group =>
        {
            int[] indexes = [.. group];
            RedisKey[] keys = [Keys.Index(group.Key), .. indexes.Select(i => Keys.User(group.Key, ends[i].App, ends[i].User))];
            RedisValue[] arguments =
            [
                Keys.RoomFront(group.Key),
                KeepRevocationMs,
                .. indexes.SelectMany(i => new RedisValue[] { SessionMember.OfUser(ends[i].App, ends[i].User), Keys.Decimal(ends[i].Epoch) }),
            ];
            var result = (int[])(await redis.RunAsync(Script.SessionsEnd, keys, arguments, cancellationToken))!;
            for (var k = 0; k < indexes.Length; k++)
            {
                ended[indexes[k]] = result[k] == 1;
            }
        }));
        return ended;
    }

    public async Task<RevokedUser> RevokeAsync(string app, string user, CancellationToken cancellationToken)
    {
        var partition = Partition.Of(app, user);
        var result = await redis.RunAsync(
            Script.SessionsRevoke,
            [Keys.Index(partition), Keys.Displaced(partition), Keys.User(partition, app, user)],
            [Keys.RoomFront(partition), SessionMember.OfUser(app, user), KeepRevocationMs],
            cancellationToken);
        return new RevokedUser(ReadRecords(app, user, (string[])result[0]!), ReadDisplaced(partition, result[1]));
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
            sessions[i] = ReadRecords(app, users[i], [.. redis.Result(calls[i]).SelectMany(static entry => new string[] { entry.Name!, entry.Value! })]);
        }

        return sessions;
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
        return [.. redis.Answered(calls).SelectMany(static answer => answer.Result.Select(member => ParseDisplaced(answer.Index, member.ToString())))];
    }

    public async Task SettleAsync(IReadOnlyCollection<DisplacedSession> displaced, CancellationToken cancellationToken)
    {
        var partitions = displaced.GroupBy(static session => session.Partition).ToArray();
        var calls = await redis.PipelineAsync(
            "sessions_settle",
            partitions.Length,
            (database, i) => database.SortedSetRemoveAsync(Keys.Displaced(partitions[i].Key), [.. partitions[i].Select(DisplacedMember)]),
            cancellationToken);
        Array.ForEach(calls, call => redis.Result(call));
    }

    public async Task<int> SweepAsync(ulong incarnation, int partition, int limit, CancellationToken cancellationToken) =>
        (int)await redis.RunAsync(
            Script.SessionsSweep,
            [Keys.Index(partition), Keys.Room(partition, incarnation)],
            [Keys.Hex(incarnation), limit, Keys.UserFront(partition), KeepRevocationMs],
            cancellationToken);

    private static RedisValue DisplacedMember(DisplacedSession session) =>
        $"{Keys.Hex(session.Incarnation)}:{Keys.Hex(session.Session)}:{Keys.Hex(session.Epoch)}{(session.IsRevoked ? Revoked : "")}";

    private static DisplacedSession[] ReadDisplaced(int partition, RedisResult members) =>
        [.. ((string[])members!).Select(member => ParseDisplaced(partition, member))];

    private static DisplacedSession ParseDisplaced(int partition, string member)
    {
        var parts = member.Split(':');
        return new DisplacedSession(partition, Keys.FromHex(parts[0]), Keys.FromHex(parts[1]), Keys.FromHex(parts[2]), IsRevoked: member.EndsWith(Revoked, StringComparison.Ordinal));
    }

    /// <summary>Fields and records in turn; what isn't a session (a revocation) is left out.</summary>
    private static List<Session> ReadRecords(string app, string user, string[] flat)
    {
        List<Session> sessions = [];
        for (var i = 0; i < flat.Length; i += 2)
        {
            if (SessionRecord.Read(app, user, flat[i], flat[i + 1]) is { } session)
            {
                sessions.Add(session);
            }
        }

        return sessions;
    }

    private static IEnumerable<RedisValue> ArgumentsOf(SessionClaim claim)
    {
        var session = claim.Session;
        yield return claim.PerDevice ? 1 : 0;
        yield return SessionMember.FieldOf(claim.PerDevice, session.Device);
        yield return SessionMember.OfUser(session.App, session.User);
        yield return claim.HeldEpoch is { } held ? Keys.Decimal(held) : "";
        yield return Keys.Decimal(claim.SeenRevocation);
        yield return Keys.Hex(session.Incarnation);
        yield return Keys.Hex(session.Key.Session);
        yield return session.NamedDevice;
        yield return SessionRecord.Tail(session);
    }

    private async Task<IReadOnlyList<DisplacedSession>> ClaimAsync(
        int partition, int[] indexes, IReadOnlyList<SessionClaim> claims, ClaimOutcome[] outcomes, CancellationToken cancellationToken)
    {
        RedisKey[] keys =
        [
            Keys.Index(partition),
            Keys.Displaced(partition),
            .. indexes.Select(i => Keys.User(partition, claims[i].Session.App, claims[i].Session.User)),
        ];
        RedisValue[] arguments =
            [Keys.RoomFront(partition), RecheckMicros, KeepRevocationMs, SessionClaim.MaxDevices, .. indexes.SelectMany(i => ArgumentsOf(claims[i]))];
        try
        {
            var result = await redis.RunAsync(Script.SessionsClaim, keys, arguments, cancellationToken);
            for (var k = 0; k < indexes.Length; k++)
            {
                outcomes[indexes[k]] = ReadOutcome(claims[indexes[k]], result[0][k]);
            }

            return ReadDisplaced(partition, result[1]);
        }
        catch (StoreUnavailableException)
        {
            Array.ForEach(indexes, i => outcomes[i] = ClaimOutcome.Unavailable);
            return [];
        }
    }

    private static ClaimOutcome ReadOutcome(SessionClaim claim, RedisResult outcome) => new(
        (int)outcome[0] switch
        {
            ClaimedState => ClaimState.Claimed,
            OvertakenState => ClaimState.Overtaken,
            _ => ClaimState.Recheck,
        },
        (ulong)outcome[1],
        ReadRecords(claim.Session.App, claim.Session.User, (string[])outcome[2]!));
}
