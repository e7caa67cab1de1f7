using Microservices.Testing;
using StackExchange.Redis;

namespace Microservices.StandIns.Tests.Redis;

/// <summary>The real client on the stand-ins against a real server, in both protocols.</summary>
public sealed class RedisClientTests : IAsyncLifetime
{
    private readonly RedisServer _server = new();

    public static TheoryData<RedisProtocol> Protocols => [RedisProtocol.Resp2, RedisProtocol.Resp3];

    public async ValueTask InitializeAsync() => await _server.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Connect_Protocol_IsSpoken(RedisProtocol protocol)
    {
        await using var redis = await ConnectAsync(protocol);

        Assert.Equal(protocol, redis.GetServer(_server.Endpoint).Protocol);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task LargeValues_AtOnce_ComeBackEqual(RedisProtocol protocol)
    {
        await using var redis = await ConnectAsync(protocol);
        var database = redis.GetDatabase();
        byte[][] values = [.. Enumerable.Range(0, 8).Select(static seed => RandomBytes(seed, (1 << 20) + seed))];

        await Task.WhenAll(values.Select((value, i) => database.StringSetAsync($"large:{i}", value)));
        var read = await Task.WhenAll(values.Select((_, i) => database.StringGetAsync($"large:{i}")));

        Assert.All(values.Zip(read), static pair => Assert.True(pair.First.AsSpan().SequenceEqual((byte[])pair.Second!)));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task LongList_Read_IsInOrder(RedisProtocol protocol)
    {
        await using var redis = await ConnectAsync(protocol);
        var database = redis.GetDatabase();
        RedisValue[] numbers = [.. Enumerable.Range(0, 50_000)];

        await database.ListRightPushAsync("list", numbers);

        Assert.Equal(numbers, await database.ListRangeAsync("list"));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Script_NestedReply_ComesBack(RedisProtocol protocol)
    {
        await using var redis = await ConnectAsync(protocol);

        var reply = (RedisResult[])(await redis.GetDatabase().ScriptEvaluateAsync(
            "return {KEYS[1], 7, {ARGV[1], false}, {}}", ["key"], ["argument"]))!;

        Assert.Equal("key", (string?)reply[0]);
        Assert.Equal(7, (int)reply[1]);
        Assert.Equal("argument", (string?)reply[2][0]);
        Assert.True(reply[2][1].IsNull);
        Assert.Equal(0, reply[3].Length);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Script_Error_IsTheServersMessage(RedisProtocol protocol)
    {
        await using var redis = await ConnectAsync(protocol);

        var fault = await Assert.ThrowsAsync<RedisServerException>(
            () => redis.GetDatabase().ScriptEvaluateAsync("return redis.error_reply('SAMPLE try later')"));

        Assert.Contains("SAMPLE try later", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Transaction_BothCommands_Answer(RedisProtocol protocol)
    {
        await using var redis = await ConnectAsync(protocol);
        var transaction = redis.GetDatabase().CreateTransaction();
        var set = transaction.StringSetAsync("key", "value");
        var get = transaction.StringGetAsync("key");

        Assert.True(await transaction.ExecuteAsync());

        Assert.True(await set);
        Assert.Equal("value", await get);
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Subscribe_Messages_ArriveInOrderAlsoAfterAKill(RedisProtocol protocol)
    {
        await using var redis = await ConnectAsync(protocol);
        var channel = RedisChannel.Literal("news");
        var queue = await redis.GetSubscriber().SubscribeAsync(channel);
        var database = redis.GetDatabase();

        for (var i = 0; i < 100; i++)
        {
            await database.PublishAsync(channel, i);
        }

        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(i, (int)(await queue.ReadAsync()).Message);
        }

        await _server.CliAsync("CLIENT", "KILL", "SKIPME", "yes");
        await Eventually.HoldsAsync(
            async () => (await _server.CliAsync("PUBLISH", "news", "back")).Contains('1', StringComparison.Ordinal),
            "the subscription is there again");
        Assert.Equal("back", (await queue.ReadAsync()).Message);
    }

    [Fact]
    public async Task Restart_Server_ConnectsAgain()
    {
        await using var redis = await ConnectAsync(RedisProtocol.Resp2);
        var database = redis.GetDatabase();
        await database.StringSetAsync("key", "value");

        await _server.RestartAsync();

        await Eventually.HoldsAsync(() => IsGoneAsync(database, "key"), "the restarted, empty server answers");
    }

    private static async ValueTask<bool> IsGoneAsync(IDatabase database, string key)
    {
        try
        {
            return (await database.StringGetAsync(key)).IsNull;
        }
        catch (Exception fault) when (fault is RedisException or IOException or TimeoutException)
        {
            return false;
        }
    }

    private static byte[] RandomBytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private Task<ConnectionMultiplexer> ConnectAsync(RedisProtocol protocol) => RedisConnection.OpenAsync(_server, protocol);
}
