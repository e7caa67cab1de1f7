using System.Net.Sockets;
using StackExchange.Redis;

namespace Microservices.Register.Store.Redis;

/// <summary>Which exceptions the client of Redis may throw for a fault of Redis or of the way to it, and a few words for each.</summary>
internal static class RedisFault
{
    public static bool Is(Exception fault) =>
        fault is RedisException or IOException or SocketException or TimeoutException or ObjectDisposedException or OperationCanceledException;

    /// <summary>Without secrets. The client's own messages are a page of diagnostics.</summary>
    public static string Describe(Exception fault) => fault switch
    {
        RedisServerException server => server.Message,
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => "user or password refused",
        RedisConnectionException { FailureType: ConnectionFailureType.UnableToConnect or ConnectionFailureType.UnableToResolvePhysicalConnection } => "no connection",
        RedisConnectionException other => $"no connection ({other.FailureType})",
        _ => fault.GetType().Name,
    };
}
