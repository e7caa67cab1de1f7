using System.Globalization;
using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace Microservices.Dispatcher.Endpoints;

/// <summary>An error as <c>application/problem+json</c> (RFC 9457), with the code's name and, for bad input, the field and its value.</summary>
internal static class Problem
{
    public static Task WriteAsync(
        HttpContext context, ProblemCode code, string detail, QueryFault? fault = null, TimeSpan? retryAfter = null, int? status = null)
    {
        var response = context.Response;
        response.StatusCode = status ?? code.HttpStatus;
        response.ContentType = "application/problem+json";
        ResponseHeaders.OpenToBrowsers(response.Headers);
        response.Headers.AccessControlExposeHeaders = HeaderNames.RetryAfter;
        response.Headers.CacheControl = "no-store";
        if (retryAfter is { } after)
        {
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteString("title", code.Title);
            json.WriteNumber("status", response.StatusCode);
            json.WriteString("detail", detail);
            json.WriteString("code", code.Name);
            if (fault is not null)
            {
                json.WriteString("field", fault.Field);
                json.WriteString("value", fault.Value);
            }

            json.WriteEndObject();
        }

        response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(body.GetBuffer(), 0, (int)body.Length, context.RequestAborted);
    }
}
