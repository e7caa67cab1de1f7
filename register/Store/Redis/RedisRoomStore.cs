using System.Globalization;
using Google.Protobuf;
using Microservices.Contracts.Register;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>Leases in Redis, all in the slot of <c>{rooms}</c>.</summary>
internal sealed class RedisRoomStore(RedisClient redis, ILogger<RedisRoomStore> logger) : IRoomStore
{
    private static readonly RedisKey[] ReadKeys = [Keys.Leases, Keys.Expiry, Keys.Load, Keys.Dead, Keys.Highest, Keys.Refill];
    private static readonly RedisKey[] DeadKeys = [Keys.Dead, Keys.Sweepers];
    private readonly OtherMasters _others = new(redis, Keys.Leases);
    private long _storeTime;

    public int Connection => redis.Connections;

    public async Task<RoomGrant> OpenAsync(RoomDescription room, TimeSpan lease, CancellationToken cancellationToken)
    {
        var result = await redis.RunAsync(
            Script.RoomsOpen, [Keys.Leases, Keys.Expiry, Keys.Highest, Keys.Refill], [StoreJson.Write(room), Micros(lease)], cancellationToken);
        return new RoomGrant((ulong)result[0], (ulong)result[1]);
    }

    public async Task<RoomGrant?> ReopenAsync(
        ulong incarnation, RoomDescription room, TimeSpan lease, Judgement judgement, CancellationToken cancellationToken)
    {
        var result = await redis.RunAsync(
            Script.RoomsRenew,
            RenewKeys(incarnation),
            [Keys.Hex(incarnation), StoreJson.Write(room), "", Micros(lease), judgement.Until, Decimal(judgement.Refill)],
            cancellationToken);
        return (int)result[0] == 1 ? new RoomGrant(incarnation, (ulong)result[2]) : null;
    }

    public async Task<RoomRenewal?> RenewAsync(
        ulong incarnation, RoomLoad load, IReadOnlyCollection<SessionKey> closed, TimeSpan lease, Judgement judgement, CancellationToken cancellationToken)
    {
        var loadText = string.Create(CultureInfo.InvariantCulture, $"{load.Connections} {load.Sessions} {(load.Draining ? 1 : 0)} {load.Refilled}");
        RedisValue[] arguments =
        [
            Keys.Hex(incarnation), "", loadText, Micros(lease), judgement.Until, Decimal(judgement.Refill),
            .. closed.Select(static key => (RedisValue)CloseMember(key)),
        ];
        var result = await redis.RunAsync(Script.RoomsRenew, RenewKeys(incarnation), arguments, cancellationToken);
        return (int)result[0] == 1 ? new RoomRenewal([.. ((string[])result[1]!).Select(ParseClose)], (ulong)result[2]) : null;
    }

    public Task ReleaseAsync(ulong incarnation, CancellationToken cancellationToken) =>
        redis.RunAsync(Script.RoomsRelease, LeaseKeys(incarnation), [Keys.Hex(incarnation)], cancellationToken);

    public async Task<RoomSnapshot> ReadAsync(Judgement judgement, CancellationToken cancellationToken)
    {
        var others = ReadOthers();
        var result = await redis.RunAsync(
            Script.RoomsRead, ReadKeys, [judgement.Until, Decimal(judgement.Refill), Keys.CloseFront, others.RunIds, others.StoreTime], cancellationToken);
        Volatile.Write(ref _storeTime, (long)result[0]);
        var loads = Pairs(result[3]).ToDictionary(static pair => pair.Name, static pair => pair.Value);
        List<Room> rooms = [];
        Dictionary<ulong, ulong> refilled = [];
        foreach (var (name, description) in Pairs(result[2]).OrderBy(static pair => pair.Name, StringComparer.Ordinal))
        {
            if (ToRoom(name, description, loads.GetValueOrDefault(name), out var confirmed) is { } room)
            {
                rooms.Add(room);
                refilled[room.Incarnation] = confirmed;
            }
            else
            {
                Log.RecordUnreadable(logger, Keys.Leases!, name);
            }
        }

        return new RoomSnapshot(rooms, (ulong)result[1], (long)result[0], new RefillState((ulong)result[4], (long)result[5]), refilled);
    }

    public async Task<ulong> ReadRefillAsync(CancellationToken cancellationToken)
    {
        var stored = (await redis.CallAsync("rooms_refill", static database => database.StringGetAsync(Keys.Refill), cancellationToken)).ToString();
        return ulong.TryParse(stored.AsSpan(0, Math.Max(0, stored.IndexOf('\n', StringComparison.Ordinal))), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : 0;
    }

    public Task DisplaceAsync(IReadOnlyCollection<DisplacedSession> displaced, CancellationToken cancellationToken)
    {
        if (displaced.Count == 0)
        {
            return Task.CompletedTask;
        }

        RedisValue[] arguments =
            [Keys.CloseFront, .. displaced.SelectMany(static one => new RedisValue[] { Keys.Hex(one.Incarnation), CloseMember(one.ToKey()) })];
        return redis.RunAsync(Script.RoomsDisplace, [Keys.Leases], arguments, cancellationToken);
    }

    public async Task<IReadOnlyList<ulong>> DeadAsync(int limit, CancellationToken cancellationToken)
    {
        var names = await redis.CallAsync("rooms_dead", database => database.SortedSetRangeByRankAsync(Keys.Dead, 0, limit - 1), cancellationToken);
        return [.. names.Select(static name => Keys.FromHex(name.ToString()))];
    }

    public async Task<ulong> TakeDeadAsync(string sweeper, TimeSpan hold, CancellationToken cancellationToken)
    {
        var taken = (string)(await redis.RunAsync(Script.RoomsTakeDead, DeadKeys, [sweeper, Micros(hold), ""], cancellationToken))!;
        return taken.Length == 0 ? 0 : Keys.FromHex(taken);
    }

    public async Task<bool> HoldDeadAsync(ulong incarnation, string sweeper, TimeSpan hold, CancellationToken cancellationToken)
    {
        var held = await redis.RunAsync(Script.RoomsTakeDead, DeadKeys, [sweeper, Micros(hold), Keys.Hex(incarnation)], cancellationToken);
        return ((string)held!).Length > 0;
    }

    public async Task<bool> ForgetDeadAsync(ulong incarnation, TimeSpan ago, CancellationToken cancellationToken) =>
        (int)await redis.RunAsync(Script.RoomsForget, [Keys.Dead, Keys.Sweepers], [Keys.Hex(incarnation), Micros(ago)], cancellationToken) == 1;

    private OtherMasters.Reading ReadOthers()
    {
        lock (_others)
        {
            return _others.Read(Volatile.Read(ref _storeTime));
        }
    }

    private static RedisKey[] LeaseKeys(ulong incarnation) => [Keys.Leases, Keys.Expiry, Keys.Load, Keys.Dead, Keys.Close(incarnation)];

    private static RedisKey[] RenewKeys(ulong incarnation) => [.. LeaseKeys(incarnation), Keys.Refill];

    private static long Micros(TimeSpan span) => (long)span.TotalMicroseconds;

    private static string Decimal(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    private static string CloseMember(SessionKey key) =>
        $"{Keys.Hex(key.Session)}:{Keys.Hex(key.Epoch)}" + (key.Code == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $":{key.Code}"));

    private static SessionKey ParseClose(string member) => new()
    {
        Session = Keys.FromHex(member.AsSpan(0, 16)),
        Epoch = Keys.FromHex(member.AsSpan(17, 16)),
        Code = member.Length > 33 ? uint.Parse(member.AsSpan(34), CultureInfo.InvariantCulture) : 0,
    };

    private static IEnumerable<(string Name, string Value)> Pairs(RedisResult flat)
    {
        var texts = (string[])flat!;
        return Enumerable.Range(0, texts.Length / 2).Select(i => (texts[2 * i], texts[(2 * i) + 1]));
    }

    private static Room? ToRoom(string name, string description, string? load, out ulong refilled)
    {
        refilled = 0;
        try
        {
            var room = new Room { Incarnation = Keys.FromHex(name), Description = StoreJson.Read<RoomDescription>(description) };
            if (load?.Split(' ') is [var connections, var sessions, var draining, .. var rest])
            {
                room.Connections = uint.Parse(connections, CultureInfo.InvariantCulture);
                room.Sessions = uint.Parse(sessions, CultureInfo.InvariantCulture);
                room.Draining = draining == "1";

                // Older registers don't write it.
                refilled = rest.Length > 0 ? ulong.Parse(rest[0], CultureInfo.InvariantCulture) : 0;
            }

            return room;
        }
        catch (Exception fault) when (fault is FormatException or OverflowException or InvalidJsonException or InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
