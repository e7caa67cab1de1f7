using Grpc.Core;

namespace Microservices.Gateway.Delivery.Shared;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Reading the channels \"all\" of {Count} apps waits for register: {Status}")]
    public static partial void SharedReadsWait(ILogger logger, int count, StatusCode status);

    [LoggerMessage(Level = LogLevel.Error, Message = "Reading channels \"all\" failed; it is tried again")]
    public static partial void SharedReadFailed(ILogger logger, Exception fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Messages to this room may have been lost: the channels of {Sessions} sessions are compared with their logs")]
    public static partial void Resyncing(ILogger logger, int sessions);

    [LoggerMessage(Level = LogLevel.Error, Message = "Comparing the channels of the sessions failed; it is begun again")]
    public static partial void ResyncFailed(ILogger logger, Exception fault);
}
