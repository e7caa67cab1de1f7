using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Microservices.Center.ApiKeys;

/// <summary>Who calls by gRPC.</summary>
internal sealed class ApiKeyInterceptor(ApiKeyDoor door) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        context.SetKey(Enter(context));
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        context.SetKey(Enter(context));
        return continuation(request, responseStream, context);
    }

    private ApiKey Enter(ServerCallContext context) =>
        door.Enter(context.RequestHeaders.GetValue(ApiKeyDoor.Header), context.GetHttpContext().Connection.RemoteIpAddress, context.Method);
}
