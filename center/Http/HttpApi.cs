using Microservices.Center.Diagnostics;
using Microservices.Center.Http.Limits;
using Microservices.Center.Http.Operations;
using Microservices.Center.Refusals;
using Microservices.Hosting;
using Microservices.Hosting.Listening;
using Microservices.Hosting.Problems;
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
    }

    public static void MapHttpApi(this WebApplication app)
    {
        var handler = app.Services.GetRequiredService<OperationHandler>();
        foreach (var path in OperationTable.All.GroupBy(static operation => RouteOf(operation.Path)))
        {
            var verbs = path.ToDictionary(static operation => operation.Verb);
            app.Map(path.Key, context => HandleAsync(handler, verbs, context)).RequireListener(Listeners.Http);
        }

        app.Map("/v1/{**path}", static context => WriteAsync(context, RefusalCode.NotFound, "There is nothing at this path; /v1/openapi.json lists what there is."))
            .RequireListener(Listeners.Http);
    }

    private static Task HandleAsync(OperationHandler handler, Dictionary<string, Operation> verbs, HttpContext context)
    {
        var verb = HttpMethods.IsHead(context.Request.Method) ? HttpMethods.Get : context.Request.Method;
        if (verbs.TryGetValue(verb, out var operation) && !(operation.Event is not null && HttpMethods.IsHead(context.Request.Method)))
        {
            return handler.HandleAsync(context, operation);
        }

        context.Response.Headers.Allow = string.Join(", ", verbs.Keys.Order(StringComparer.Ordinal));
        return WriteAsync(context, RefusalCode.MethodNotAllowed, $"This path takes {context.Response.Headers.Allow}.");
    }

    private static Task WriteAsync(HttpContext context, RefusalCode code, string detail) => context.WriteProblemAsync(new Problem(code.ToProblem(), detail));

    // Paths that differ in the names of their fields only are one route.
    private static string RouteOf(string path) => path.Replace("{name}", "{app}", StringComparison.Ordinal);
}
