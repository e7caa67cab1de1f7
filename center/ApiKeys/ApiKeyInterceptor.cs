using Grpc.Core;
using Grpc.Core.Interceptors;
using Microservices.Center.Diagnostics;
using Microservices.Center.Refusals;

namespace Microservices.Center.ApiKeys;

/// <summary>Finds out who calls: <c>authorization: Bearer &lt;key&gt;</c>. What the key allows is judged by each call: <see cref="ApiKeyCall"/>.</summary>
internal sealed class ApiKeyInterceptor(ApiKeyRing keys, GuessLimit guesses, CenterMetrics metrics, TimeProvider time, ILogger<ApiKeyInterceptor> logger) : Interceptor
{
    private const string Header = "authorization";
    private const string Scheme = "Bearer ";

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        ApiKeyCall.SetKey(context, Authenticate(context));
        return continuation(request, context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        ApiKeyCall.SetKey(context, Authenticate(context));
        return continuation(request, responseStream, context);
    }

    private ApiKey Authenticate(ServerCallContext context)
    {
        var header = context.RequestHeaders.GetValue(Header);
        var key = header is not null && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? keys.Find(header[Scheme.Length..].Trim())
            : null;
        if (key is null)
        {
            throw Refuse(context);
        }

        if (key.IsExpired(time.GetUtcNow()))
        {
            // Only who holds the key learns this.
            metrics.AuthenticationFailed("expired");
            throw new RefusedException(RefusalCode.Unauthenticated, $"API key '{key.Id}' expired at {key.Expires:u}.");
        }

        return key;
    }

    // One answer whether the header, the id or the secret is wrong.
    private RefusedException Refuse(ServerCallContext context)
    {
        var peer = context.GetHttpContext().Connection.RemoteIpAddress;
        if (!guesses.TryFail(peer))
        {
            metrics.AuthenticationFailed("rate_limited");
            return new RefusedException(RefusalCode.RateLimited, "Too many wrong API keys from this address; wait a minute.", TimeSpan.FromMinutes(1));
        }

        metrics.AuthenticationFailed("wrong_key");
        Log.WrongKey(logger, peer, context.Method);
        return new RefusedException(RefusalCode.Unauthenticated, "This call needs a valid API key in the metadata: authorization: Bearer mk_<id>_<secret>.");
    }
}
