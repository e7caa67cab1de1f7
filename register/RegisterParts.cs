using Microservices.Bus;
using Microservices.Hosting;
using Microservices.Register.Apps;
using Microservices.Register.Channels;
using Microservices.Register.Jobs;
using Microservices.Register.Presence;
using Microservices.Register.Resume;
using Microservices.Register.Rooms;
using Microservices.Register.Sessions;
using Microservices.Register.Store;
using Microservices.Register.Tokens;

namespace Microservices.Register;

/// <summary>What register is made of: gRPC → services → rooms and apps in memory → the store.</summary>
internal static class RegisterParts
{
    public const int GrpcPort = 8200;
    public const int AdminPort = 8201;

    public static WebApplicationBuilder AddRegister(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        builder.AddGrpcListener(GrpcPort);
        builder.AddGrpcDefaults(static options => options.Interceptors.Add<StoreFaults>()).RequireServiceAuth();
        services.AddSingleton<RegisterMetrics>();
        services.AddSingleton<ChannelMetrics>();
        services.AddSingleton<RunningStreams>();

        // Before what reads it, so that it ends after.
        services.AddValidatedOptions<SessionsOptions, SessionsOptionsValidator>(SessionsOptions.Section);
        builder.AddStore();

        // First the apps: without them no claim is judged.
        services.AddValidatedOptions<AppsOptions, AppsOptionsValidator>(AppsOptions.Section);
        services.AddDependency(AppDirectory.Dependency);
        services.AddSingleton<AppDirectory>();
        services.AddHostedService(static provider => provider.GetRequiredService<AppDirectory>());

        services.AddValidatedOptions<RoomsOptions, RoomsOptionsValidator>(RoomsOptions.Section);
        services.AddSingleton<LiveRooms>();
        services.AddHostedService(static provider => provider.GetRequiredService<LiveRooms>());

        services.AddValidatedOptions<JobsOptions, JobsOptionsValidator>(JobsOptions.Section);

        services.AddValidatedOptions<ResumeOptions, ResumeOptionsValidator>(ResumeOptions.Section);
        services.AddSingleton<ResumeKeyRing>();
        services.AddHostedService(static provider => provider.GetRequiredService<ResumeKeyRing>());

        services.AddValidatedOptions<PresenceOptions, PresenceOptionsValidator>(PresenceOptions.Section);
        services.AddSingleton<DirtyPartitions>();
        services.AddSingleton<IPresenceSignal>(static provider => provider.GetRequiredService<DirtyPartitions>());

        services.AddBus(builder.Configuration);
        services.AddHostedService<PresenceRelay>();
        services.AddValidatedOptions<ChannelsOptions, ChannelsOptionsValidator>(ChannelsOptions.Section);
        services.AddSingleton<AllHeads>();
        services.AddSingleton<DueTimes>();
        services.AddSingleton<Nudges>();
        services.AddHostedService<DueRelay>();
        services.AddHostedService<ChannelAudit>();

        services.AddSingleton<CloseNotices>();
        services.AddHostedService(static provider => provider.GetRequiredService<CloseNotices>());
        services.AddSingleton<Displacements>();
        services.AddSingleton<SessionKicks>();
        services.AddHostedService<UntoldDisplacements>();
        services.AddHostedService<SessionSweeper>();

        return builder;
    }

    public static WebApplication MapRegister(this WebApplication app)
    {
        app.MapGrpcService<RoomsService>().RequireListener(Listeners.Grpc);
        app.MapGrpcService<SessionsService>().RequireListener(Listeners.Grpc);
        app.MapGrpcService<AppsService>().RequireListener(Listeners.Grpc);
        app.MapGrpcService<TokensService>().RequireListener(Listeners.Grpc);
        app.MapGrpcService<JobsService>().RequireListener(Listeners.Grpc);
        app.MapGrpcService<ChannelsService>().RequireListener(Listeners.Grpc);
        return app;
    }
}
