using Grpc.Core;
using Grpc.Core.Interceptors;
using Microservices.Hosting.ServiceAuth;

namespace Microservices.Hosting.RegisterClient;

/// <summary>Gives every call the secret, and every unary call that has none a deadline; a unary call asks each register before it fails.</summary>
/// <param name="attempts">How many registers a unary call may try to connect to.</param>
internal sealed class RegisterCallInterceptor(ServiceSecret secret, TimeSpan timeout, int attempts, TimeProvider time) : Interceptor
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, BlockingUnaryCallContinuation<TRequest, TResponse> continuation) =>
        throw new NotSupportedException($"Call {context.Method.Name}Async: a blocked thread per call does not scale.");

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
    {
        var equipped = Equip(context, withDeadline: true);
        return new RegisterAttempts<TResponse>(() => continuation(request, equipped), attempts).Call();
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncServerStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(request, Equip(context, withDeadline: false));

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncClientStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(Equip(context, withDeadline: false));

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, AsyncDuplexStreamingCallContinuation<TRequest, TResponse> continuation) =>
        continuation(Equip(context, withDeadline: false));

    private ClientInterceptorContext<TRequest, TResponse> Equip<TRequest, TResponse>(
        ClientInterceptorContext<TRequest, TResponse> context, bool withDeadline)
        where TRequest : class
        where TResponse : class
    {
        // The caller's headers may be shared between calls: they are copied, not added to.
        var headers = new Metadata { { ServiceSecret.Header, secret.HeaderValue } };
        foreach (var header in context.Options.Headers ?? Metadata.Empty)
        {
            headers.Add(header);
        }

        var options = context.Options.WithHeaders(headers);
        if (withDeadline && options.Deadline is null)
        {
            options = options.WithDeadline(time.GetUtcNow().UtcDateTime + timeout);
        }

        return new ClientInterceptorContext<TRequest, TResponse>(context.Method, context.Host, options);
    }
}
