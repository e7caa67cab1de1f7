using System.Diagnostics.Metrics;
using Microservices.Register.Sessions;
using Microservices.Register.Jobs;
using Microservices.Register.Store;
using Microservices.Register.Store.Memory;
using Microservices.Register.Store.Redis;
using Microservices.Register.Store.Sqlite;
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

    /// <summary>In memory, but for channels.</summary>
    public static async Task<Stores> SqliteAsync(string file, TimeProvider? clock = null)
    {
        var stores = Memory(clock);
        return stores with { Channels = await stores.OpenSqliteAsync(file, clock) };
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

    public static RegisterMetrics NewMetrics() => new(NewMeters());

    public static IMeterFactory NewMeters() => new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>();

    /// <summary>The channels in the file, with these sessions.</summary>
    public async Task<SqliteChannelStore> OpenSqliteAsync(string file, TimeProvider? clock = null)
    {
        var options = Options.Create(new StoreOptions { Kind = "memory", Channels = new ChannelStoreOptions { Kind = "sqlite", File = file } });
        var store = new SqliteChannelStore(options, (MemorySessionStore)Sessions, clock ?? TimeProvider.System, NullLogger<SqliteChannelStore>.Instance);
        await store.StartAsync(CancellationToken.None);
        return store;
    }

    public async ValueTask DisposeAsync()
    {
        if (Channels is SqliteChannelStore sqlite)
        {
            await sqlite.StopAsync(CancellationToken.None);
            sqlite.Dispose();
        }

        if (Client is not null)
        {
            await Client.StopAsync(CancellationToken.None);
            Client.Dispose();
        }
    }
}
