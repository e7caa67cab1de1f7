using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Microservices.Hosting.Problems;

/// <summary>Answers a request with a <see cref="Problem"/>.</summary>
public static class ProblemAnswer
{
    public static async Task WriteProblemAsync(this HttpContext context, Problem problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        response.ContentType = Problem.ContentType;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (problem.RetryAfter is { } after)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        using var body = new MemoryStream();
        await using (var json = new Utf8JsonWriter(body))
        {
            problem.WriteTo(json);
        }

        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body.GetBuffer().AsMemory(0, (int)body.Length), context.RequestAborted);
        }
    }
}
