using Microservices.Center.Api;
using Microservices.Center.Console;
using Microservices.Center.Http;
using Microservices.Hosting;

namespace Microservices.Center;

/// <summary>Builds the center service.</summary>
public static class CenterApp
{
    /// <summary>The service, ready to run. <paramref name="configure"/> is applied before the service's own parts, so that a host may supply parts of its own.</summary>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddCenter();
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcService<CenterRpc>().RequireListener(Listeners.Grpc);
        app.MapGrpcHealth();
        app.MapHttpApi();
        app.MapConsole();
        return app;
    }
}
