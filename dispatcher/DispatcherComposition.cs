using Microservices.Dispatcher.Endpoints;
using Microservices.Dispatcher.Http;
using Microservices.Dispatcher.Metrics;
using Microservices.Dispatcher.RateLimiting;
using Microservices.Dispatcher.Rooms;
using Microservices.Dispatcher.Selection;
using Microservices.Hosting;
using Microservices.Hosting.Listening;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Microservices.Dispatcher;

/// <summary>What the dispatcher is made of, in the order of a request.</summary>
internal static class DispatcherComposition
{
    private const int HttpPort = 8100;

    public static void AddDispatcher(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<DispatcherMetrics>();

        // Connections and requests.
        services.AddValidatedOptions<HttpLimitOptions, HttpLimitOptionsValidator>(HttpLimitOptions.Section);
        services.AddSingleton(static provider => new ConnectionLimit(
            provider.GetRequiredService<IOptions<HttpLimitOptions>>().Value.MaxConnections, provider.GetRequiredService<DispatcherMetrics>().ConnectionRefused));
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, ConfigureLimits>();
        builder.AddListener(Listeners.Http, HttpPort, static listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            var limit = listen.ApplicationServices.GetRequiredService<ConnectionLimit>();
            listen.Use(next => connection => limit.HandleAsync(connection, next));
        });
        services.AddValidatedOptions<RateLimitOptions, RateLimitOptionsValidator>(RateLimitOptions.Section);
        services.AddRateLimiter(static _ => { });

        // The answer.
        services.AddValidatedOptions<EndpointsOptions, EndpointsOptionsValidator>(EndpointsOptions.Section);
        services.AddValidatedOptions<HeartbeatOptions, HeartbeatOptionsValidator>(HeartbeatOptions.Section);
        services.AddSingleton<EndpointsHandler>();
        services.AddSingleton<EndpointsReply>();

        // The choice.
        services.AddValidatedOptions<SelectionOptions, SelectionOptionsValidator>(SelectionOptions.Section);
        services.AddSingleton<AddressSelector>();

        // The rooms to choose from.
        services.AddValidatedOptions<RoomsOptions, RoomsOptionsValidator>(RoomsOptions.Section);
        services.AddRegisterClient();
        services.AddDependency(RoomDirectory.Dependency);
        services.AddSingleton<RoomTableBuilder>();
        services.AddSingleton<RoomDirectory>();
        services.AddHostedService<RoomWatch>();
    }

    public static void MapDispatcher(this WebApplication app)
    {
        app.UseExceptionHandler(static failed => failed.Run(static context =>
            OpenProblem.WriteAsync(context, ProblemCodes.InternalError, "The request could not be answered; the fault is in the server's log.")));
        app.UseRateLimiter();

        var handler = app.Services.GetRequiredService<EndpointsHandler>();
        var policy = ActivatorUtilities.CreateInstance<PerAddressPolicy>(app.Services);
        app.Map("/v1/endpoints", (RequestDelegate)handler.HandleAsync).RequireListener(Listeners.Http).RequireRateLimiting(policy);
        app.MapFallback("{*path}", static context => OpenProblem.WriteAsync(context, ProblemCodes.NotFound, "There is /v1/endpoints and nothing else."))
            .RequireListener(Listeners.Http)
            .RequireRateLimiting(policy);
    }
}
