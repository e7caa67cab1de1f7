namespace Microservices.Dispatcher;

/// <summary>Builds the dispatcher service.</summary>
public static class DispatcherApp
{
    /// <summary>The service, ready to run. <paramref name="configure"/> is applied before the service's own parts, so that a host may supply parts of its own.</summary>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        return builder.Build();
    }
}
