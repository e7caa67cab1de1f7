using System.Diagnostics.Metrics;
using Microservices.Register.Sessions;
using Microservices.Register.Jobs;
using Microservices.Register.Store;
using Microservices.Register.Store.Memory;
using Microservices.Register.Store.Redis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microservices.Register.Tests.Store;

/// <summary>One store behind its seams.</summary>
internal sealed record Stores(
    IRoomStore Rooms,
    ISessionStore Sessions,
    IEventOutbox Outbox,
    ITokenStore Tokens,
    IAppStore Apps,
    IResumeKeyStore ResumeKeys,
    IJobStore Jobs,
    IChannelStore Channels,
    RedisClient? Client = null) : IAsyncDisposable
{
    public static Stores Memory(TimeProvider? clock = null)
    {
        var time = clock ?? TimeProvider.System;
        var sessions = new MemorySessionStore(Options.Create(new SessionsOptions()), time);
        return new Stores(
            new MemoryRoomStore(time),
            sessions,
            new MemoryEventOutbox(sessions, time),
            new MemoryTokenStore(),
            new MemoryAppStore(time),
            new MemoryResumeKeyStore(time),
            new MemoryJobStore(time, Options.Create(new JobsOptions())),
            new MemoryChannelStore(sessions, time));
    }

    /// <summary>Connects in the background.</summary>
    public static async Task<Stores> RedisAsync(string endpoints, TimeSpan? timeout = null)
    {
        // The contract is not about time: a machine that builds something else beside the tests may take long.
        var options = Options.Create(new StoreOptions { Redis = new RedisOptions { Configuration = endpoints, Timeout = timeout ?? TimeSpan.FromSeconds(15) } });
        var client = new RedisClient(options, new StoreIdentity("redis", endpoints), NewMetrics(), TimeProvider.System);
        await client.StartAsync(CancellationToken.None);
        return new Stores(
            new RedisRoomStore(client, NullLogger<RedisRoomStore>.Instance),
            new RedisSessionStore(client, Options.Create(new SessionsOptions())),
            new RedisEventOutbox(client, NullLogger<RedisEventOutbox>.Instance),
            new RedisTokenStore(client),
            new RedisAppStore(client, NullLogger<RedisAppStore>.Instance),
            new RedisResumeKeyStore(client),
            new RedisJobStore(client, Options.Create(new JobsOptions())),
            new RedisChannelStore(client),
            client);
    }

    public static RegisterMetrics NewMetrics() =>
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

    public async ValueTask DisposeAsync()
    {
        if (Client is not null)
        {
            await Client.StopAsync(CancellationToken.None);
            Client.Dispose();
        }
    }
}
