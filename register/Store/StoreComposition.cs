using Microservices.Hosting;
using Microservices.Register.Store.Memory;
using Microservices.Register.Store.Redis;
using Microservices.Register.Store.Sqlite;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microservices.Register.Store;

/// <summary>Puts the chosen store behind the seam.</summary>
internal static class StoreComposition
{
    public static void AddStore(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<StoreOptions, StoreOptionsValidator>(StoreOptions.Section);
        services.TryAddSingleton(TimeProvider.System);
        var options = builder.Configuration.GetSection(StoreOptions.Section).Get<StoreOptions>() ?? new StoreOptions();
        if (options.Kind == "memory")
        {
            AddMemory(services, options.Channels);
        }
        else
        {
            AddRedis(services, options.Redis);
        }
    }

    private static void AddMemory(IServiceCollection services, ChannelStoreOptions channels)
    {
        services.AddDependency("memory");
        services.AddSingleton(new StoreIdentity("memory", "this process"));
        services.AddSingleton<IRoomStore, MemoryRoomStore>();
        services.AddSingleton<MemorySessionStore>();
        services.AddSingleton<ISessionStore>(static provider => provider.GetRequiredService<MemorySessionStore>());
        services.AddSingleton<IEventOutbox, MemoryEventOutbox>();
        services.AddSingleton<ITokenStore, MemoryTokenStore>();
        services.AddSingleton<IAppStore, MemoryAppStore>();
        services.AddSingleton<IResumeKeyStore, MemoryResumeKeyStore>();
        services.AddSingleton<IJobStore, MemoryJobStore>();
        if (channels.Kind == "sqlite")
        {
            services.AddSingleton<SqliteChannelStore>();
            services.AddSingleton<IChannelStore>(static provider => provider.GetRequiredService<SqliteChannelStore>());
            services.AddHostedService(static provider => provider.GetRequiredService<SqliteChannelStore>());
        }
        else
        {
            services.AddSingleton<IChannelStore, MemoryChannelStore>();
        }
    }

    private static void AddRedis(IServiceCollection services, RedisOptions options)
    {
        services.AddDependency("redis");
        services.AddSingleton(_ => new StoreIdentity("redis", RedisSettings.Where(options)));
        services.AddSingleton<RedisClient>();
        services.AddHostedService(static provider => provider.GetRequiredService<RedisClient>());
        services.AddSingleton<IRoomStore, RedisRoomStore>();
        services.AddSingleton<ISessionStore, RedisSessionStore>();
        services.AddSingleton<IEventOutbox, RedisEventOutbox>();
        services.AddSingleton<ITokenStore, RedisTokenStore>();
        services.AddSingleton<IAppStore, RedisAppStore>();
        services.AddSingleton<IResumeKeyStore, RedisResumeKeyStore>();
        services.AddSingleton<IJobStore, RedisJobStore>();
        services.AddSingleton<IChannelStore, RedisChannelStore>();
    }
}
