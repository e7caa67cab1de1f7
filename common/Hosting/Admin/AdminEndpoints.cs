using Microservices.Hosting.Health;
using Microservices.Hosting.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Microservices.Hosting.Admin;

/// <summary>What an operator or a probe asks: is it alive, is it ready, how much of what.</summary>
internal static class AdminEndpoints
{
    public const string Listener = "Admin";

    public static void Map(WebApplication app)
    {
        app.MapGet("/healthz", Alive).RequireListener(Listener);
        app.MapGet("/readyz", ReadyAsync).RequireListener(Listener);
        app.MapGet("/metrics", MetricsAsync).RequireListener(Listener);
    }

    private static IResult Alive(ServiceIdentity service) =>
        Results.Json(new { status = "alive", service = service.Name, version = service.Version });

    private static async Task<IResult> ReadyAsync(ServiceIdentity service, ReadinessCheck readiness, CancellationToken cancellationToken)
    {
        var failing = await readiness.FailingAsync(cancellationToken);
        return Results.Json(
            new { status = failing.Count == 0 ? "ready" : "not ready", service = service.Name, failing },
            statusCode: failing.Count == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static Task MetricsAsync(HttpContext context, MetricsCollector metrics)
    {
        context.Response.ContentType = PrometheusText.ContentType;
        return context.Response.WriteAsync(metrics.Render(), context.RequestAborted);
    }
}
