using Microservices.Hosting.Problems;
using Microsoft.Net.Http.Headers;

namespace Microservices.Dispatcher.Endpoints;

/// <summary>A problem that any page may read; for bad input with the field and its value.</summary>
internal static class OpenProblem
{
    public static Task WriteAsync(
        HttpContext context, ProblemCode code, string detail, QueryFault? fault = null, TimeSpan? retryAfter = null, int? status = null)
    {
        ResponseHeaders.OpenToBrowsers(context.Response.Headers);
        context.Response.Headers.AccessControlExposeHeaders = HeaderNames.RetryAfter;
        return context.WriteProblemAsync(new Problem(code, detail)
        {
            Field = fault?.Field,
            Value = fault?.Value,
            RetryAfter = retryAfter,
            OtherStatus = status,
            CodeIsName = true,
        });
    }
}
