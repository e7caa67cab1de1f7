using Grpc.AspNetCore.Server;
using Microservices.Hosting.Rpc;
using Microservices.Hosting.ServiceAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Microservices.Hosting;

/// <summary>What every gRPC port has.</summary>
public static class GrpcComposition
{
    /// <summary>The longest message that is received or sent, in bytes, on every service and client.</summary>
    public const int MaxMessageBytes = 4 * 1024 * 1024;

    /// <summary>
    /// gRPC with a message limit, without details of faults to callers: an <see cref="InvalidRequestException"/> becomes INVALID_ARGUMENT,
    /// an RpcException passes, anything else is logged once as an error and becomes INTERNAL.
    /// </summary>
    public static IGrpcServerBuilder AddGrpcDefaults(this WebApplicationBuilder builder, Action<GrpcServiceOptions>? configure = null)
    {
        builder.Services.AddSingleton<HealthWatchers>();
        return builder.Services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = MaxMessageBytes;
            options.MaxSendMessageSize = MaxMessageBytes;
            options.EnableDetailedErrors = false;
            options.Interceptors.Add<FaultInterceptor>();
            configure?.Invoke(options);
        });
    }

    /// <summary>Refuses calls without the shared secret of the services (section <c>ServiceAuth</c>); the health service is exempt.</summary>
    public static IGrpcServerBuilder RequireServiceAuth(this IGrpcServerBuilder grpc)
    {
        grpc.Services.AddServiceAuth();
        grpc.Services.Configure<GrpcServiceOptions>(static options => options.Interceptors.Add<ServiceAuthInterceptor>());
        return grpc;
    }

    /// <summary>Maps the standard health service on every gRPC port.</summary>
    public static WebApplication MapGrpcHealth(this WebApplication app)
    {
        app.MapGrpcService<HealthRpc>();
        return app;
    }
}
