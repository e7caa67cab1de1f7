using Grpc.Core;
using Grpc.Net.Client;
using Microservices.Cli.CommandLine;
using CenterClient = Microservices.Contracts.Center.Center.CenterClient;

namespace Microservices.Cli.Center;

/// <summary>Calls of the center with an API key, whose faults are sentences.</summary>
internal sealed class CenterConnection : IDisposable
{
    private const int MaxWatchFailures = 30;
    private static readonly TimeSpan WatchPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly Uri _address;
    private readonly GrpcChannel _channel;
    private readonly CenterClient _client;
    private readonly Metadata _headers;

    public CenterConnection(Uri address, string key)
    {
        _address = address;
        _headers = new Metadata { { "authorization", $"Bearer {key}" } };
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                ConnectTimeout = TimeSpan.FromSeconds(5),
                EnableMultipleHttp2Connections = true,
            },
        });
        _client = new CenterClient(_channel);
    }

    /// <param name="call">Makes the call.</param>
    /// <param name="cancellationToken">The user has waited enough.</param>
    /// <param name="timeout">Of a call that takes longer than others.</param>
    /// <exception cref="CliException">The center does not answer, or refuses.</exception>
    /// <exception cref="OperationCanceledException">The user gave up.</exception>
    public async Task<TReply> CallAsync<TReply>(
        Func<CenterClient, CallOptions, AsyncUnaryCall<TReply>> call, CancellationToken cancellationToken, TimeSpan? timeout = null)
    {
        try
        {
            return await call(_client, new CallOptions(_headers, DateTime.UtcNow + (timeout ?? Timeout), cancellationToken)).ResponseAsync;
        }
        catch (RpcException fault)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new CliException(Describe(fault, timeout ?? Timeout), fault);
        }
    }

    /// <summary>
    /// Follows a stream for ever: opens it again when a center went away. Only what waiting doesn't mend ends it, and a center that does not answer
    /// at first.
    /// </summary>
    /// <param name="open">Opens the stream.</param>
    /// <param name="take">Takes one reply. Calls that it makes of this connection may fail as the stream may.</param>
    /// <param name="away">Told why, each time that the stream is lost.</param>
    /// <param name="cancellationToken">The user has seen enough.</param>
    /// <exception cref="CliException">No center answers at first, or it refuses.</exception>
    /// <exception cref="OperationCanceledException">The user gave up.</exception>
    public async Task FollowAsync<TReply>(
        Func<CenterClient, CallOptions, AsyncServerStreamingCall<TReply>> open,
        Func<TReply, Task> take,
        Func<string, Task> away,
        CancellationToken cancellationToken)
    {
        var hasBegun = false;
        while (true)
        {
            try
            {
                using var stream = open(_client, new CallOptions(_headers, cancellationToken: cancellationToken));
                await foreach (var reply in stream.ResponseStream.ReadAllAsync(cancellationToken))
                {
                    await take(reply);
                    hasBegun = true;
                }

                await away("The center ended the stream");
            }
            catch (Exception exception) when ((exception as RpcException ?? exception.InnerException as RpcException) is { } fault)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!hasBegun || IsLasting(fault.StatusCode))
                {
                    throw new CliException(Describe(fault), fault);
                }

                await away(Describe(fault));
            }

            await Task.Delay(WatchPause, cancellationToken);
        }
    }

    /// <summary>
    /// Follows a stream that tells the same thing whenever it is opened, and opens it again when a center went away, until what came is the last.
    /// </summary>
    /// <exception cref="CliException">No center answers any more, or it refuses.</exception>
    /// <exception cref="OperationCanceledException">The user gave up.</exception>
    public async Task<TReply> LastAsync<TReply>(
        Func<CenterClient, CallOptions, AsyncServerStreamingCall<TReply>> watch, Func<TReply, bool> isLast, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                using var stream = watch(_client, new CallOptions(_headers, cancellationToken: cancellationToken));
                await foreach (var reply in stream.ResponseStream.ReadAllAsync(cancellationToken))
                {
                    failures = 0;
                    if (isLast(reply))
                    {
                        return reply;
                    }
                }
            }
            catch (RpcException fault)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (fault.StatusCode != StatusCode.Unavailable || failures >= MaxWatchFailures)
                {
                    throw new CliException(Describe(fault));
                }
            }

            await Task.Delay(WatchPause, cancellationToken);
        }
    }

    public void Dispose() => _channel.Dispose();

    /// <summary>Trying again brings the same.</summary>
    private static bool IsLasting(StatusCode status) => status
        is StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.NotFound or StatusCode.InvalidArgument or StatusCode.Unimplemented;

    private string Describe(RpcException fault, TimeSpan? timeout = null) => fault.StatusCode switch
    {
        // Without a trailer nobody answered: the status was made by this side.
        StatusCode.Unavailable when fault.InnerException is not null || fault.Status.DebugException is not null =>
            $"No center answers at {_address}: {Cause(fault)}",
        StatusCode.DeadlineExceeded => $"The center at {_address} did not answer within {(timeout ?? Timeout).TotalSeconds:0} s",
        StatusCode.Unauthenticated => $"The center does not know the API key: {fault.Status.Detail}",
        StatusCode.Unimplemented => $"What listens at {_address} is not a center, or an older one",
        _ => $"The center refused ({fault.StatusCode}): {fault.Status.Detail}",
    };

    private static string Cause(RpcException fault)
    {
        var cause = fault.Status.DebugException ?? fault.InnerException!;
        while (cause.InnerException is { } inner)
        {
            cause = inner;
        }

        return cause.Message;
    }
}
