using Microservices.Center.Diagnostics;
using Microservices.Center.Http.OpenApi;
using Microservices.Center.Refusals;
using Microservices.Hosting.Problems;

namespace Microservices.Center.Http.Operations;

/// <summary>What is answered without a key: the OpenAPI document, and that there is nothing else.</summary>
internal sealed class OpenPaths(HttpDoor door, HttpMetrics metrics, TimeProvider time)
{
    /// <summary>What metrics call requests that are for no operation.</summary>
    private const string None = "none";

    public Task DocumentAsync(HttpContext context) => AnswerAsync(context, "openapi", static async context =>
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            throw WrongMethod(context, "GET");
        }

        var response = context.Response;
        response.ContentType = JsonAnswer.ContentType;
        response.Headers.XContentTypeOptions = "nosniff";
        await response.WriteAsync(OpenApiDocument.Text, context.RequestAborted);
    });

    public Task NotFoundAsync(HttpContext context) => AnswerAsync(
        context, None, static _ => throw new RefusedException(RefusalCode.NotFound, "There is nothing at this path; /v1/openapi.json lists what there is."));

    public Task MethodNotAllowedAsync(HttpContext context, string allowed) => AnswerAsync(context, None, context => throw WrongMethod(context, allowed));

    private async Task AnswerAsync(HttpContext context, string id, Func<HttpContext, Task> answer)
    {
        var started = time.GetTimestamp();
        try
        {
            door.Admit(context);
            await answer(context);
        }
        catch (RefusedException refused)
        {
            await context.WriteProblemAsync(new Problem(refused.Code.ToProblem(), refused.Message) { RetryAfter = refused.RetryAfter });
        }
        finally
        {
            metrics.Requested(id, context.Response.StatusCode, time.GetElapsedTime(started));
        }
    }

    private static RefusedException WrongMethod(HttpContext context, string allowed)
    {
        context.Response.Headers.Allow = allowed;
        return new RefusedException(RefusalCode.MethodNotAllowed, $"This path takes {allowed}.");
    }
}
