using Grpc.Core;
using Grpc.Core.Interceptors;
using Microservices.Center.Diagnostics;

namespace Microservices.Center.Refusals;

/// <summary>
/// The outermost part of every call of the center: what goes wrong inside becomes a status with a sentence, the trailer <c>code</c> and,
/// where it pays to try again, the trailer <c>retry-after-ms</c>. Counts the calls.
/// </summary>
internal sealed class RefusalInterceptor(FaultJudge judge, CenterMetrics metrics, TimeProvider time) : Interceptor
{
    public const string CodeTrailer = "code";
    public const string RetryAfterTrailer = "retry-after-ms";

    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        var started = time.GetTimestamp();
        var status = StatusCode.OK;
        try
        {
            return await continuation(request, context);
        }
        catch (Exception fault)
        {
            var refused = ToStatus(fault, context);
            status = refused.StatusCode;
            throw refused;
        }
        finally
        {
            metrics.Called(context.Method, status, time.GetElapsedTime(started));
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        var started = time.GetTimestamp();
        var status = StatusCode.OK;
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception fault)
        {
            var refused = ToStatus(fault, context);
            status = refused.StatusCode;
            throw refused;
        }
        finally
        {
            metrics.Called(context.Method, status, time.GetElapsedTime(started));
        }
    }

    private RpcException ToStatus(Exception fault, ServerCallContext context)
    {
        // The caller left or its time is up: whatever the handler stumbled over then is nobody's fault.
        if (fault is not RefusedException && context.CancellationToken.IsCancellationRequested)
        {
            return new RpcException(context.Deadline <= time.GetUtcNow().UtcDateTime
                ? new Status(StatusCode.DeadlineExceeded, "The deadline of the call has passed.")
                : new Status(StatusCode.Cancelled, "The call was cancelled."));
        }

        return ToStatus(judge.Judge(fault, context.Method));
    }

    private static RpcException ToStatus(RefusedException refused)
    {
        var trailers = new Metadata { { CodeTrailer, refused.Code.Name } };
        if (refused.RetryAfter is { } pause)
        {
            trailers.Add(RetryAfterTrailer, pause.TotalMilliseconds.ToString("0", System.Globalization.CultureInfo.InvariantCulture));
        }

        return new RpcException(new Status(refused.Code.Status, refused.Message), trailers);
    }
}
