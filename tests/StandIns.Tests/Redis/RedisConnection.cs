using Microservices.Testing;
using StackExchange.Redis;

namespace Microservices.StandIns.Tests.Redis;

internal static class RedisConnection
{
    /// <summary>Connects the way that the product does.</summary>
    public static async Task<ConnectionMultiplexer> OpenAsync(RedisServer server, RedisProtocol protocol) =>
        await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
        {
            EndPoints = { server.Endpoint },
            Protocol = protocol,
            SocketManager = SocketManager.ThreadPool,
            AbortOnConnectFail = false,
            AsyncTimeout = 10_000,
            KeepAlive = 10,
            ReconnectRetryPolicy = new LinearRetry(100),
        });
}
