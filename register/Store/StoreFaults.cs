using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Microservices.Register.Store;

/// <summary>A silent store becomes UNAVAILABLE: the caller may try again.</summary>
internal sealed class StoreFaults : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (StoreUnavailableException fault)
        {
            throw ToStatus(fault);
        }
    }

    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (StoreUnavailableException fault)
        {
            throw ToStatus(fault);
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
        catch (StoreUnavailableException fault)
        {
            throw ToStatus(fault);
        }
    }

    private static RpcException ToStatus(StoreUnavailableException fault) => new(new Status(StatusCode.Unavailable, fault.Message));
}
