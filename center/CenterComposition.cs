using Grpc.Core;
using Microservices.Bus;
using Microservices.Center.Api;
using Microservices.Center.ApiKeys;
using Microservices.Center.Apps;
using Microservices.Center.Chat;
using Microservices.Center.Console;
using Microservices.Center.Diagnostics;
using Microservices.Center.Fanout;
using Microservices.Center.Http;
using Microservices.Center.Jobs;
using Microservices.Center.Kept;
using Microservices.Center.Kick;
using Microservices.Center.Messages;
using Microservices.Center.Presence;
using Microservices.Center.Push;
using Microservices.Center.Refusals;
using Microservices.Center.RegisterWatch;
using Microservices.Center.Rooms;
using Microservices.Center.Sessions;
using Microservices.Center.Tokens;
using Microservices.Contracts.Register;
using Microservices.Hosting;
using Microservices.Hosting.Health;
using Microservices.Hosting.RegisterClient;
using Microsoft.Extensions.Options;
using AppsClient = Microservices.Contracts.Register.Apps.AppsClient;
using RoomsClient = Microservices.Contracts.Register.Rooms.RoomsClient;

namespace Microservices.Center;

/// <summary>What the center is made of.</summary>
internal static class CenterComposition
{
    public const int DefaultGrpcPort = 8300;
    public const int DefaultAdminPort = 8302;
    public const string RegisterDependency = "register";

    /// <summary>In the order of the data path: a call or a batch of chat comes in, is judged, finds sessions, goes out to rooms.</summary>
    public static WebApplicationBuilder AddCenter(this WebApplicationBuilder builder)
    {
        builder.AddServiceDefaults("center", DefaultAdminPort);
        builder.AddGrpcListener(DefaultGrpcPort);
        var services = builder.Services;
        services.AddSingleton<CenterMetrics>();

        // In: calls with an API key.
        builder.AddGrpcDefaults().AddServiceOptions<CenterRpc>(static options =>
        {
            options.Interceptors.Add<RefusalInterceptor>();
            options.Interceptors.Add<ApiKeyInterceptor>();
        });
        services.AddValidatedOptions<ApiKeyOptions, ApiKeyOptionsValidator>(ApiKeyOptions.Section);
        services.AddSingleton<FaultJudge>();
        services.AddSingleton<RefusalInterceptor>();
        services.AddSingleton<ApiKeyInterceptor>();
        services.AddSingleton<ApiKeyDoor>();
        services.AddSingleton<ApiKeyRing>();
        services.AddSingleton<GuessLimit>();
        services.AddHostedService<ApiKeyReload>();
        services.AddSingleton<CenterRpc>();
        services.AddSingleton<CenterApi>();
        builder.AddHttpApi();
        builder.AddConsole();
        services.AddSingleton<PushCall>();
        services.AddSingleton<KickCall>();
        services.AddSingleton<KickJobCalls>();
        services.AddSingleton<PresenceCalls>();
        services.AddSingleton<WatchCall>();
        services.AddSingleton<TokenCalls>();
        services.AddSingleton<AppCalls>();
        services.AddSingleton<MessageCalls>();
        services.AddSingleton<RoomCalls>();

        // In: chat from clients.
        services.AddValidatedOptions<ChatOptions, ChatOptionsValidator>(ChatOptions.Section);
        services.AddSingleton<KeptChat>();
        services.AddSingleton<ChatSender>();
        services.AddSingleton<ChatBatches>();

        // In: jobs that this center or a dead one was given.
        services.AddValidatedOptions<JobsOptions, JobsOptionsValidator>(JobsOptions.Section);
        services.AddValidatedOptions<KickOptions, KickOptionsValidator>(KickOptions.Section);
        services.AddSingleton<RegisterPatience>();
        services.AddSingleton<KickPace>();
        services.AddSingleton<KickPages>();
        services.AddSingleton<KickBatch>();
        services.AddSingleton<KickRun>();
        services.AddSingleton(static provider => new JobKind(KickRun.Kind, provider.GetRequiredService<KickRun>().RunAsync));
        services.AddSingleton<JobTaker>();

        // In: presence events, for those who watch.
        services.AddValidatedOptions<PresenceOptions, PresenceOptionsValidator>(PresenceOptions.Section);
        services.AddSingleton<PresenceFeed>();
        services.AddHostedService<PresenceSubscription>();

        // What register knows.
        services.AddRegisterClient();
        services.AddDependency(RegisterDependency);
        services.AddSingleton<AppCatalog>();
        services.AddSingleton<RoomDirectory>();
        services.AddSingleton<SessionLookup>();
        services.AddHostedService(WatchApps);
        services.AddHostedService(WatchRooms);

        // Out: to rooms.
        services.AddBus(builder.Configuration);
        services.AddSingleton<RoomPublisher>();
        services.AddSingleton<PushToUsers>();
        services.AddSingleton<PushToEverybody>();

        // Out: to channels, then to rooms.
        services.AddValidatedOptions<KeptOptions, KeptOptionsValidator>(KeptOptions.Section);
        services.AddSingleton<Appender>();
        services.AddSingleton<KeptFanout>();
        services.AddSingleton<KeptPushToUsers>();
        services.AddSingleton<KeptPushToEverybody>();

        // Last to start and, of those that do something, first to stop.
        services.AddHostedService<ChatConsumer>();
        services.AddHostedService(static provider => provider.GetRequiredService<JobTaker>());
        return builder;
    }

    private static WatchOfRegister<AppList> WatchApps(IServiceProvider services)
    {
        var register = services.GetRequiredService<AppsClient>();
        var catalog = services.GetRequiredService<AppCatalog>();
        return Watch<AppList>(
            services,
            cancellationToken => register.Watch(new WatchAppsRequest(), cancellationToken: cancellationToken),
            catalog.Apply,
            services.GetRequiredService<Readiness>()[RegisterDependency]);
    }

    // The watch of apps tells whether register is there; both use one channel.
    private static WatchOfRegister<RoomList> WatchRooms(IServiceProvider services)
    {
        var register = services.GetRequiredService<RoomsClient>();
        var directory = services.GetRequiredService<RoomDirectory>();
        var feed = services.GetRequiredService<PresenceFeed>();
        return Watch<RoomList>(
            services,
            cancellationToken => register.Watch(new WatchRoomsRequest(), cancellationToken: cancellationToken),
            rooms =>
            {
                directory.Apply(rooms);
                feed.Apply(rooms);
            },
            gate: null);
    }

    private static WatchOfRegister<TMessage> Watch<TMessage>(
        IServiceProvider services,
        Func<CancellationToken, AsyncServerStreamingCall<TMessage>> open,
        Action<TMessage> apply,
        DependencyGate? gate) =>
        new(
            open,
            apply,
            gate,
            services.GetRequiredService<IOptions<RegisterClientOptions>>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<WatchOfRegister<TMessage>>>());
}
