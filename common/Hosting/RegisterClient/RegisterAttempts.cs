using Grpc.Core;

namespace Microservices.Hosting.RegisterClient;

/// <summary>
/// A unary call that goes to the next register when the one that was picked cannot be connected to: it was not sent then, so sending it
/// again is safe whatever it does. The channel may take a register that died for a living one until it is back: it does when the dying
/// process still takes the channel's connection but not the call's.
/// </summary>
internal sealed class RegisterAttempts<TResponse>(Func<AsyncUnaryCall<TResponse>> begin, int most)
{
    private volatile AsyncUnaryCall<TResponse> _current = begin();

    public AsyncUnaryCall<TResponse> Call() => new(
        ResponseAsync(),
        static self => ((RegisterAttempts<TResponse>)self)._current.ResponseHeadersAsync,
        static self => ((RegisterAttempts<TResponse>)self)._current.GetStatus(),
        static self => ((RegisterAttempts<TResponse>)self)._current.GetTrailers(),
        static self => ((RegisterAttempts<TResponse>)self)._current.Dispose(),
        this);

    private async Task<TResponse> ResponseAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await _current.ResponseAsync.ConfigureAwait(false);
            }
            catch (RpcException fault) when (attempt < most && IsNotConnected(fault))
            {
                _current.Dispose();
                _current = begin();
            }
            catch (RpcException fault) when (IsBrokenLink(fault))
            {
                throw new RpcException(new Status(StatusCode.Unavailable, fault.Status.Detail, fault.Status.DebugException!), fault.Trailers);
            }
        }
    }

    private static bool IsNotConnected(RpcException fault) =>
        fault is { StatusCode: StatusCode.Unavailable, Status.DebugException: HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } };

    /// <summary>A connection whose pings get no answer is "internal" to gRPC. Register itself says so without an exception of ours.</summary>
    private static bool IsBrokenLink(RpcException fault) =>
        fault is { StatusCode: StatusCode.Internal, Status.DebugException: HttpRequestException or IOException };
}
