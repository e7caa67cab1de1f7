using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Microservices.Clusters;

/// <summary>Gives a call without a deadline one: a service that never answers fails the test that asked it, and does not stop the run.</summary>
internal sealed class DefaultDeadline : Interceptor
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var options = context.Options.Deadline is null ? context.Options.WithDeadline(DateTime.UtcNow + Deadline) : context.Options;
        return continuation(request, new ClientInterceptorContext<TRequest, TResponse>(context.Method, context.Host, options));
    }
}
