using Google.Protobuf;
using Grpc.Core;
using Microservices.Center.Api;
using Microservices.Center.ApiKeys;
using Microservices.Center.Diagnostics;
using Microservices.Center.Http.Limits;
using Microservices.Center.Refusals;
using Microservices.Hosting.Problems;
using Microsoft.Extensions.Options;

namespace Microservices.Center.Http.Operations;

/// <summary>
/// A request for an operation: 1. the door; 2. the key's scope; 3. the request becomes the message of its rpc; 4. the rpc, whose rules are those of gRPC;
/// 5. the answer or events. What goes wrong in any of them becomes a problem.
/// </summary>
internal sealed class OperationHandler(
    HttpDoor door, RequestBinder binder, CenterApi api, FaultJudge judge, HttpMetrics metrics, IOptions<HttpLimitOptions> options, TimeProvider time)
{
    /// <summary>The caller has gone: nobody reads this.</summary>
    private const int StatusOfNobody = StatusCodes.Status499ClientClosedRequest;

    public async Task HandleAsync(HttpContext context, Operation operation)
    {
        var started = time.GetTimestamp();
        var status = StatusOfNobody;
        try
        {
            status = operation.Event is null ? await AnswerAsync(context, operation) : await StreamAsync(context, operation);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();
        }
        finally
        {
            metrics.Requested(operation.Id, status, time.GetElapsedTime(started));
        }
    }

    private async Task<int> AnswerAsync(HttpContext context, Operation operation)
    {
        try
        {
            await RunAsync(context, operation, new JsonAnswer(context, operation));
            return context.Response.StatusCode;
        }
        catch (Exception fault) when (!context.Response.HasStarted && !IsGone(context, fault))
        {
            return await RefuseAsync(context, operation, fault);
        }
    }

    private async Task<int> StreamAsync(HttpContext context, Operation operation)
    {
        await using var stream = new EventStream(context, operation, options.Value.EventKeepAlive, time);
        try
        {
            await RunAsync(context, operation, stream);
        }
        catch (Exception fault) when (!IsGone(context, fault))
        {
            if (!context.Response.HasStarted)
            {
                return await RefuseAsync(context, operation, fault);
            }

            await stream.WriteErrorAsync(ProblemOf(judge.Judge(fault, operation.Id), context, operation), context.RequestAborted);
        }

        return context.Response.StatusCode;
    }

    private async Task RunAsync(HttpContext context, Operation operation, IServerStreamWriter<IMessage> answer)
    {
        door.Admit(context);
        var key = door.Enter(context, operation.Id).Require(operation.Scope);
        var request = await binder.BindAsync(context, operation);
        await operation.Run(api, request, key, answer, context.RequestAborted);
    }

    private async Task<int> RefuseAsync(HttpContext context, Operation operation, Exception fault)
    {
        var problem = ProblemOf(judge.Judge(fault, operation.Id), context, operation);
        if (problem.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
        }

        await context.WriteProblemAsync(problem);
        return problem.Status;
    }

    private static bool IsGone(HttpContext context, Exception fault) => fault is not RefusedException && context.RequestAborted.IsCancellationRequested;

    private static Problem ProblemOf(RefusedException refused, HttpContext context, Operation operation)
    {
        var code = refused.Code == RefusalCode.Conflict && operation.HasRevision && Preconditions.AreGiven(context.Request.Headers)
            ? RefusalCode.PreconditionFailed
            : refused.Code;
        return new Problem(code.ToProblem(), OfBody(refused.Message, operation)!)
        {
            Field = OfBody(refused.Field, operation),
            RetryAfter = refused.RetryAfter,
        };
    }

    // Where a field of the message is the body, its fields stand at the top of it.
    private static string? OfBody(string? sentence, Operation operation) =>
        operation.BodyField is { } field && sentence?.StartsWith($"{field}.", StringComparison.Ordinal) == true ? sentence[(field.Length + 1)..] : sentence;
}
