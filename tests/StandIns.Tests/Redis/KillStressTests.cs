using System.Net.Sockets;
using Microservices.Testing;
using StackExchange.Redis;

namespace Microservices.StandIns.Tests.Redis;

/// <summary>
/// Many checked operations share one connection, which is killed again and again in between. A reply that went to the wrong
/// caller, or an operation that never ends, would be a fault of the pump beneath the client.
/// </summary>
public sealed class KillStressTests : IAsyncLifetime
{
    private const int Workers = 64;
    private static readonly TimeSpan HungAfter = TimeSpan.FromSeconds(60);
    private readonly RedisServer _server = new();

    public async ValueTask InitializeAsync() => await _server.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public Task Operations_ConnectionsKilled_NoneIsWrongAndAllEnd(RedisProtocol protocol) =>
        RunAsync(protocol, operations: 50_000, kills: 10);

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(RedisProtocol.Resp2)]
    [InlineData(RedisProtocol.Resp3)]
    public Task ManyOperations_ConnectionsKilled_NoneIsWrongAndAllEnd(RedisProtocol protocol) =>
        RunAsync(protocol, operations: 1_000_000, kills: 60);

    private async Task RunAsync(RedisProtocol protocol, int operations, int kills)
    {
        await using var redis = await RedisConnection.OpenAsync(_server, protocol);
        CheckedWorker[] workers = [.. Enumerable.Range(0, Workers).Select(id => new CheckedWorker(redis.GetDatabase(), id))];
        var work = Task.WhenAll(workers.Select(worker => Task.Run(() => worker.RunAsync(operations / Workers))));

        var killed = await KillAsync(work, () => workers.Sum(static worker => worker.Succeeded), operations, kills);
        await work.WaitAsync(HungAfter);

        Assert.Empty(workers.SelectMany(static worker => worker.Wrong));
        Assert.True(killed > kills / 2, $"{killed} of {kills} kills were done: the test shows little.");
    }

    /// <summary>Kills all connections but its own, evenly spread over the work.</summary>
    private async Task<int> KillAsync(Task work, Func<long> succeeded, int operations, int kills)
    {
        using var connection = new TcpClient("127.0.0.1", _server.Port);
        var stream = connection.GetStream();
        var reply = new byte[256];
        for (var kill = 0; kill < kills; kill++)
        {
            var due = (long)operations * (kill + 1) / (kills + 1);
            await Eventually.HoldsAsync(
                () => work.IsCompleted || succeeded() >= due,
                $"operation {due} of {operations} succeeds",
                () => $"{succeeded()} succeeded",
                HungAfter);
            if (work.IsCompleted)
            {
                return kill;
            }

            await stream.WriteAsync("CLIENT KILL SKIPME yes\r\n"u8.ToArray());
            await stream.ReadAtLeastAsync(reply, 1);
        }

        return kills;
    }
}
