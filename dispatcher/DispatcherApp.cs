using Microservices.Hosting;

namespace Microservices.Dispatcher;

/// <summary>Builds the dispatcher service.</summary>
public static class DispatcherApp
{
    private const int AdminPort = 8101;

    /// <summary>The service, ready to run. <paramref name="configure"/> is applied before the service's own parts, so that a host may supply parts of its own.</summary>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddServiceDefaults("dispatcher", AdminPort);
        builder.AddDispatcher();
        var app = builder.Build();
        app.MapDispatcher();
        app.MapServiceDefaults();
        return app;
    }
}
