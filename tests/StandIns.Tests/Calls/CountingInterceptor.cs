using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Microservices.StandIns.Tests.Calls;

/// <summary>Leaves a mark on every unary call that passes.</summary>
internal sealed class CountingInterceptor : Interceptor
{
    public static readonly object Key = new();

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        context.UserState[Key] = 1;
        return continuation(request, context);
    }
}
