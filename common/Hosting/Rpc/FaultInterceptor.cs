using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace Microservices.Hosting.Rpc;

/// <summary>The one place where a fault of a gRPC call becomes a status.</summary>
internal sealed class FaultInterceptor(ILogger<FaultInterceptor> logger, TimeProvider time) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception fault) when (fault is not RpcException)
        {
            throw ToStatus(fault, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(requestStream, context);
        }
        catch (IOException)
        {
            throw CallerLeft();
        }
        catch (Exception fault) when (fault is not RpcException)
        {
            throw ToStatus(fault, context);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception fault) when (fault is not RpcException)
        {
            throw ToStatus(fault, context);
        }
    }

    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (IOException)
        {
            throw CallerLeft();
        }
        catch (Exception fault) when (fault is not RpcException)
        {
            throw ToStatus(fault, context);
        }
    }

    // The stream of requests was cut, before the call's token has heard of it. No handler does other input or output.
    private static RpcException CallerLeft() => new(new Status(StatusCode.Cancelled, "The caller's stream broke."));

    private RpcException ToStatus(Exception fault, ServerCallContext context)
    {
        if (fault is InvalidRequestException invalid)
        {
            return new RpcException(new Status(StatusCode.InvalidArgument, invalid.Message));
        }

        // The caller left or its time is up: whatever the handler stumbled over then is nobody's fault.
        if (context.CancellationToken.IsCancellationRequested)
        {
            return new RpcException(context.Deadline <= time.GetUtcNow().UtcDateTime
                ? new Status(StatusCode.DeadlineExceeded, "The deadline of the call has passed.")
                : new Status(StatusCode.Cancelled, "The call was cancelled."));
        }

        Log.CallFailed(logger, fault, context.Method);
        return new RpcException(new Status(StatusCode.Internal, "The service failed; its log says why."));
    }
}
