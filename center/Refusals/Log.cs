using Grpc.Core;

namespace Microservices.Center.Refusals;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "Call {Method} failed")]
    public static partial void CallFailed(ILogger logger, Exception fault, string method);

    [LoggerMessage(Level = LogLevel.Error, Message = "Call {Method}: register answered {Status}: {Detail}")]
    public static partial void RegisterRefused(ILogger logger, string method, StatusCode status, string detail);
}
