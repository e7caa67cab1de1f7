using Microservices.Center.Diagnostics;
using Microservices.Center.Http.Limits;
using Microservices.Center.Http.Operations;
using Microservices.Hosting;
using Microservices.Hosting.Listening;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Microservices.Center.Http;

/// <summary>The HTTP/JSON API: its parts, and its routes on the listener Http.</summary>
internal static class HttpApi
{
    public const int DefaultPort = 8301;

    public static void AddHttpApi(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<HttpLimitOptions, HttpLimitOptionsValidator>(HttpLimitOptions.Section);
        services.AddSingleton<IConfigureOptions<KestrelServerOptions>, ConfigureHttpLimits>();
        services.AddSingleton<HttpMetrics>();
        services.AddSingleton(static provider => new ConnectionLimit(
            provider.GetRequiredService<IOptions<HttpLimitOptions>>().Value.MaxConnections, provider.GetRequiredService<HttpMetrics>().ConnectionRefused));
        builder.AddListener(Listeners.Http, DefaultPort, static listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            var limit = listen.ApplicationServices.GetRequiredService<ConnectionLimit>();
            listen.Use(next => connection => limit.HandleAsync(connection, next));
        });
        services.AddSingleton<HttpDoor>();
        services.AddSingleton<JsonBody>();
        services.AddSingleton<RequestBinder>();
        services.AddSingleton<OperationHandler>();
        services.AddSingleton<OpenPaths>();
    }

    public static void MapHttpApi(this WebApplication app)
    {
        var handler = app.Services.GetRequiredService<OperationHandler>();
        var open = app.Services.GetRequiredService<OpenPaths>();
        foreach (var path in OperationTable.All.GroupBy(static operation => RouteOf(operation.Path)))
        {
            var verbs = path.ToDictionary(static operation => operation.Verb);
            var allowed = string.Join(", ", verbs.Keys.Order(StringComparer.Ordinal));
            app.Map(path.Key, context => verbs.TryGetValue(context.Request.Method, out var operation)
                    ? handler.HandleAsync(context, operation)
                    : open.MethodNotAllowedAsync(context, allowed))
                .RequireListener(Listeners.Http);
        }

        app.Map("/v1/openapi.json", (RequestDelegate)open.DocumentAsync).RequireListener(Listeners.Http);

        // Not for all paths: what isn't under /v1 belongs to the console.
        app.Map("/v1/{**path}", (RequestDelegate)open.NotFoundAsync).RequireListener(Listeners.Http);
    }

    // Paths that differ in the names of their fields only are one route.
    private static string RouteOf(string path) => path.Replace("{name}", "{app}", StringComparison.Ordinal);
}
