using Microservices.Hosting;

namespace Microservices.Gateway;

/// <summary>Builds the gateway service.</summary>
public static class GatewayApp
{
    /// <summary>The service, ready to run. <paramref name="configure"/> is applied before the service's own parts, so that a host may supply parts of its own.</summary>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddServiceDefaults("gateway", GatewayParts.AdminPort);
        builder.AddGateway();

        var app = builder.Build();
        app.MapServiceDefaults();
        return app;
    }
}
