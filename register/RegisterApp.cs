using Microservices.Hosting;

namespace Microservices.Register;

/// <summary>Builds the register service.</summary>
public static class RegisterApp
{
    /// <summary>The service, ready to run. <paramref name="configure"/> is applied before the service's own parts, so that a host may supply parts of its own.</summary>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddServiceDefaults("register", RegisterParts.AdminPort);
        builder.AddRegister();

        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapGrpcHealth();
        app.MapRegister();
        return app;
    }
}
