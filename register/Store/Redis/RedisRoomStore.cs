using System.Globalization;
using Google.Protobuf;
using Microservices.Contracts.Register;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>Leases in Redis, all in the slot of <c>{rooms}</c>.</summary>
internal sealed class RedisRoomStore(RedisClient redis, ILogger<RedisRoomStore> logger) : IRoomStore
{
    private static readonly RedisKey[] ReadKeys = [Keys.Leases, Keys.Expiry, Keys.Load, Keys.Dead, Keys.Highest];

    public async Task<ulong> OpenAsync(RoomDescription room, TimeSpan lease, CancellationToken cancellationToken)
    {
        var result = await redis.RunAsync(
            Script.RoomsOpen, [Keys.Leases, Keys.Expiry, Keys.Highest], [StoreJson.Write(room), Micros(lease)], cancellationToken);
        return (ulong)result;
    }

    public async Task<bool> ReopenAsync(ulong incarnation, RoomDescription room, TimeSpan lease, long judgeUntil, CancellationToken cancellationToken)
    {
        var result = await redis.RunAsync(
            Script.RoomsRenew,
            LeaseKeys(incarnation),
            [Keys.Hex(incarnation), StoreJson.Write(room), "", Micros(lease), judgeUntil],
            cancellationToken);
        return (int)result[0] == 1;
    }

    public async Task<IReadOnlyList<SessionKey>?> RenewAsync(
        ulong incarnation, RoomLoad load, IReadOnlyCollection<SessionKey> closed, TimeSpan lease, long judgeUntil, CancellationToken cancellationToken)
    {
        var loadText = string.Create(CultureInfo.InvariantCulture, $"{load.Connections} {load.Sessions} {(load.Draining ? 1 : 0)}");
        RedisValue[] arguments = [Keys.Hex(incarnation), "", loadText, Micros(lease), judgeUntil, .. closed.Select(static key => (RedisValue)CloseMember(key))];
        var result = await redis.RunAsync(Script.RoomsRenew, LeaseKeys(incarnation), arguments, cancellationToken);
        return (int)result[0] == 1 ? [.. ((string[])result[1]!).Select(ParseClose)] : null;
    }

    public Task ReleaseAsync(ulong incarnation, CancellationToken cancellationToken) =>
        redis.RunAsync(Script.RoomsRelease, LeaseKeys(incarnation), [Keys.Hex(incarnation)], cancellationToken);

    public async Task<RoomSnapshot> ReadAsync(long judgeUntil, CancellationToken cancellationToken)
    {
        var result = await redis.RunAsync(Script.RoomsRead, ReadKeys, [judgeUntil, Keys.CloseFront], cancellationToken);
        var loads = Pairs(result[3]).ToDictionary(static pair => pair.Name, static pair => pair.Value);
        List<Room> rooms = [];
        foreach (var (name, description) in Pairs(result[2]).OrderBy(static pair => pair.Name, StringComparer.Ordinal))
        {
            if (ToRoom(name, description, loads.GetValueOrDefault(name)) is { } room)
            {
                rooms.Add(room);
            }
            else
            {
                Log.RecordUnreadable(logger, Keys.Leases!, name);
            }
        }

        return new RoomSnapshot(rooms, (ulong)result[1], (long)result[0]);
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

    public Task ForgetDeadAsync(ulong incarnation, CancellationToken cancellationToken) =>
        redis.CallAsync("rooms_forget", database => database.SortedSetRemoveAsync(Keys.Dead, Keys.Hex(incarnation)), cancellationToken);

    private static RedisKey[] LeaseKeys(ulong incarnation) => [Keys.Leases, Keys.Expiry, Keys.Load, Keys.Dead, Keys.Close(incarnation)];

    private static long Micros(TimeSpan span) => (long)span.TotalMicroseconds;

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

    private static Room? ToRoom(string name, string description, string? load)
    {
        try
        {
            var room = new Room { Incarnation = Keys.FromHex(name), Description = StoreJson.Read<RoomDescription>(description) };
            if (load?.Split(' ') is [var connections, var sessions, var draining, ..])
            {
                room.Connections = uint.Parse(connections, CultureInfo.InvariantCulture);
                room.Sessions = uint.Parse(sessions, CultureInfo.InvariantCulture);
                room.Draining = draining == "1";
            }

            return room;
        }
        catch (Exception fault) when (fault is FormatException or OverflowException or InvalidJsonException or InvalidProtocolBufferException)
        {
            return null;
        }
    }
}
